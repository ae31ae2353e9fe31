// Texts with several amounts, and such in which the only one is no price, as shops, classifieds, auctions, car dealers,
// rentals and ticket desks of many countries print them, each with what a person would say.
#include <catch2/catch.hpp>

#include "tests/unit/price_texts.hpp"

namespace {

constexpr std::string_view texts = R"(
# Germany and Austria
Anzahlung 500 €, Restbetrag 4.500 €            | none
ab 6 Flaschen je 7,90 €, einzeln 8,90 €        | none
Aktionspreis: 1,11 € statt 1,79 €              | 1.11 EUR
1,79 € (1 kg = 3,58 €) zzgl. 0,25 € Pfand      | 1.79 EUR
0,25 € Pfand, 1,79 €                           | 1.79 EUR
79,90 € Reservierungsgebühr 20 €               | none
Kaltmiete: 780 €                               | 780.00 EUR
Kaltmiete 780 €, Nebenkosten 150 €             | 780.00 EUR
1.050 € warm, 3 Zimmer, 75 m²                  | 1050.00 EUR
VHB 120 € NP 300 €                             | 120.00 EUR
Neupreis war 450 €, jetzt 200 €                | 200.00 EUR
Startgebot 1,00 € Sofort-Kaufen 49,00 €        | none
EUR 1,50 (3 Gebote)                            | 1.50 EUR
17.990 € oder ab 199 € mtl. finanzieren        | 17990.00 EUR
UPE 39,95 € 29,95 €                            | 29.95 EUR
Mitgliederpreis 8 €, Gäste 12 €                | none
Eintritt 12 €, ermäßigt 8 €                    | none
nur heute: 19,99 € statt 39,99 €               | 19.99 EUR
Sie sparen 50 % · 19,99 €                      | 19.99 EUR
Bestpreis 49 € inkl. Versand                   | 49.00 EUR
6 x 0,33 l 4,99 € zzgl. 0,48 € Pfand           | 4.99 EUR
100 g = 1,29 € 2,58 €                          | 2.58 EUR
ca. 250 g, 4,98 € (19,90 €/kg)                 | 4.98 EUR
Gutscheincode SOMMER: 10 € sparen, 49 €        | none
€ 1.290,- inkl. 20 % USt.                      | 1290.00 EUR
Set 3-teilig 49,90 €                           | 49.90 EUR
4er-Set 24,95 €                                | 24.95 EUR
# Switzerland
CHF 39.90 statt CHF 59.90                      | 39.90 CHF
Fr. 1'450.– pro Monat                          | none
CHF 12.50 / Stk.                               | 12.50 CHF
CHF 250.- VP                                   | 250.00 CHF
# France, Belgium
35 € au lieu de 50 €                           | 35.00 EUR
Prix conseillé 50 €, notre prix 35 €           | 35.00 EUR
19,90 € + 4,90 € de frais de port              | 19.90 EUR
Caution 300 €, location 45 €                   | none
650 € charges comprises                        | 650.00 EUR
650 € CC par mois                              | none
2,49 € la barquette                            | 2.49 EUR
2,49 € (9,96 €/kg)                             | 2.49 EUR
soit 9,96 € le kg 2,49 €                       | 2.49 EUR
À partir de 15 000 € HT                        | 15000.00 EUR
15 € HT (18 € TTC)                             | 18.00 EUR
18,00 € TTC soit 15,00 € HT                    | 18.00 EUR
30 € le lot de 2                               | 30.00 EUR
Mise à prix : 100 € Enchère actuelle : 250 €   | none
299 € ou 3 x 99,67 €                           | 299.00 EUR
299 € dont 2,50 € d'éco-part                   | 299.00 EUR
# Italy
€ 45,00 invece di € 60,00                      | 45.00 EUR
Prezzo: 45,00 € IVA inclusa                    | 45.00 EUR
€ 45 + IVA                                     | 45.00 EUR
€ 45,00 spedizione gratuita                    | 45.00 EUR
Spedizione € 6,90                              | none
Caparra 200 € totale 1.000 €                   | 1000.00 EUR
Prezzo pieno 60 € scontato 45 €                | 45.00 EUR
da € 45 a € 90 a notte                         | 45.00 EUR
1,99 €/kg                                      | 1.99 EUR
# Spain
Antes 60 € Ahora 45 €                          | 45.00 EUR
45 € IVA incluido                              | 45.00 EUR
45 € + IVA                                     | 45.00 EUR
Reserva 100 €, precio 1.200 €                  | 1200.00 EUR
750 €/mes                                      | none
45 € gastos de envío incluidos                 | 45.00 EUR
Cuota de 25 € al mes                           | none
15.900 € Al contado 14.500 € Financiado        | none
# Portugal, Brazil
De R$ 89,90 por R$ 59,90                       | 59.90 BRL
R$ 59,90 à vista                               | 59.90 BRL
R$ 59,90 no Pix ou R$ 65,00 em 2x              | none
Frete R$ 12,00                                 | none
R$ 59,90 + frete                               | 59.90 BRL
Entrada de R$ 5.000 + 48x R$ 890               | none
10,49 €/kg 3,15 €                              | 3.15 EUR
# Netherlands
van € 49,95 voor € 39,95                       | 39.95 EUR
€ 39,95 excl. € 4,95 verzendkosten             | 39.95 EUR
€ 39,95 incl. btw                              | 39.95 EUR
€ 33,02 excl. btw € 39,95 incl. btw            | 39.95 EUR
Adviesprijs € 49,95 € 39,95                    | 39.95 EUR
€ 1.250 p/m                                    | none
Bieden vanaf € 25                              | 25.00 EUR
2 voor € 5,00                                  | 5.00 EUR
# Poland
Cena regularna 59,99 zł, cena promocyjna 39,99 zł | 39.99 PLN
39,99 zł zamiast 59,99 zł                      | 39.99 PLN
39,99 zł + 9,99 zł dostawa                     | 39.99 PLN
zaliczka 100 zł, cena 900 zł                   | 900.00 PLN
od 39,99 zł do 59,99 zł                        | 39.99 PLN
2 500 zł/mies. + kaucja 2 500 zł               | none
81,30 zł netto (100,00 zł brutto)              | 100.00 PLN
# Czechia, Slovakia
1 299 Kč s DPH (1 073,55 Kč bez DPH)           | 1299.00 CZK
Původně 1 299 Kč, nyní 899 Kč                  | 899.00 CZK
899 Kč doprava zdarma                          | 899.00 CZK
záloha 200 Kč, cena 1 500 Kč                   | 1500.00 CZK
12,90 € vrátane DPH                            | 12.90 EUR
# Hungary
Eredeti ár: 12 990 Ft Akciós ár: 9 990 Ft      | 9990.00 HUF
12 990 Ft helyett 9 990 Ft                     | 9990.00 HUF
9 990 Ft/db                                    | 9990.00 HUF
# Nordics
Før 499 kr Nå 299 kr                           | 299.00
Ord. pris 499 kr, nu 299 kr                    | 299.00
299:- (ord. 499:-)                             | 299.00
299 kr + frakt 49 kr                           | 299.00
Jfr-pris 99,50 kr/kg 24,90 kr                  | 24.90
2 for 50 kr                                    | 50.00
Depositum 3.000 kr., leje 8.500 kr.            | none
8.500 kr./md.                                  | none
29,90 € (norm. 39,90 €)                        | 29.90 EUR
19,95 €/kpl                                    | 19.95 EUR
Alv 0 % 100 €, sis. alv 124 €                  | 124.00 EUR
# Turkey, Greece, Romania, Bulgaria
1.299 TL yerine 999 TL                         | 999.00 TRY
Kargo 29,90 TL                                 | none
999 TL + kargo                                 | 999.00 TRY
Peşinat 500 TL 2.000 TL                        | 2000.00 TRY
Από 39,90 € τώρα 29,90 €                       | 29.90 EUR
29,90 € με ΦΠΑ                                 | 29.90 EUR
PRP: 199,99 Lei 149,99 Lei                     | 149.99
149,99 Lei TVA inclus                          | 149.99
24,90 лв. (12,73 €)                            | none
# Russia, Ukraine
2 990 ₽ вместо 4 990 ₽                         | 2990.00 RUB
2 990 ₽ доставка 300 ₽                         | none
2 990 ₽, доставка 300 ₽                        | 2990.00 RUB
300 ₽/шт.                                      | 300.00 RUB
старая цена 4 990 ₽ новая цена 2 990 ₽         | 2990.00 RUB
899 грн замість 1 199 грн                      | 899.00 UAH
аванс 500 ₽, итого 3 000 ₽                     | none
# Japan, China, Korea, India
定価 3,980円 特価 2,980円                            | 2980.00 JPY
2,980円 送料別                                     | 2980.00 JPY
2,709円（税込2,980円）                               | 2980.00 JPY
原价 ¥199 现价 ¥129                                | 129.00 JPY
券后价 ¥99                                        | 99.00 JPY
정가 39,000원 할인가 29,000원                         | 29000.00 KRW
29,000원 배송비 3,000원                             | 29000.00 KRW
MRP ₹1,999 ₹1,299 (35% off)                    | 1299.00 INR
₹1,299 M.R.P.: ₹1,999                          | 1299.00 INR
EMI from ₹150. ₹1,299                          | 1299.00 INR
₹1,299 + ₹49 delivery charge                   | 1299.00 INR
# UK, Ireland
£4.50 Clubcard £3.50                           | none
£1,200 pcm, deposit £1,384                     | none
£24.99 RRP £34.99                              | 24.99 GBP
Was £35, now £24.50                            | 24.50 GBP
£24.50 +VAT                                    | 24.50 GBP
Starting bid £5.00                             | 5.00 GBP
Any 3 for £10, £4 each                         | 4.00 GBP
Adults £12, children £6                        | none
Booking fee £1.50, ticket £35                  | 35.00 GBP
£35.00 + £1.50 booking fee                     | 35.00 GBP
£6.00 (£1.20 per 100g)                         | 6.00 GBP
85p each                                       | 0.85 GBP
£7,995 or £149 per month                       | 7995.00 GBP
# US, Canada, Australia
$24.99 Reg. $34.99                             | 24.99 USD
Reg $34.99 Sale $24.99                         | 24.99 USD
$24.99 ($0.52/oz)                              | 24.99 USD
$24.99 + tax                                   | 24.99 USD
$24.99 plus $3 shipping                        | 24.99 USD
Core charge $25.00, $89.99                     | 89.99 USD
$89.99 with $25.00 core deposit                | 89.99 USD
Buy one get one 50% off $19.99                 | 19.99 USD
$1,499/mo, $500 deposit                        | none
Orig. $80, now $49.99                          | 49.99 USD
CA$24.99 was CA$34.99                          | 24.99 CAD
$24.99 (save $10.00)                           | 24.99 USD
A$45.00 RRP A$60.00                            | 45.00 AUD
$12.50 ea or 2 for $20                         | 12.50 USD
Current bid: $41.00                            | 41.00 USD
$41.00 Buy It Now                              | 41.00 USD
$28,995 MSRP $31,500                           | 28995.00 USD
$2.49 + CRV                                    | 2.49 USD
Member price $8.99 Non-member $10.99           | none
# Mexico, Argentina
Antes $899.00 Hoy $599.00                      | 599.00 USD
$ 12.990 o 3 cuotas de $ 4.330                 | 12990.00 USD
$599.00 MXN envío gratis                       | 599.00 MXN
Enganche $50,000 Mensualidad $4,500            | none
)";

constexpr std::string_view more_texts = R"(
# Germany, Austria, Switzerland
Jetzt nur 14,99 € (vorher 24,99 €)             | 14.99 EUR
24,99 € 14,99 € Sie sparen 40 %                | 14.99 EUR
Einzelpreis 4,50 €, ab 10 Stück 3,90 €         | none
Versandkostenfrei ab 50 € 19,99 €              | 19.99 EUR
19,99 € kostenloser Versand                    | 19.99 EUR
Kaufpreis 250.000 € Provision 3,57 %           | 250000.00 EUR
Provision 8.900 € Kaufpreis 250.000 €          | 250000.00 EUR
Kaution: 1.500 €                               | none
12.900 € Kilometerstand 85.000 km              | 12900.00 EUR
Mietpreis 45 € / Tag Kaution 200 €             | none
ab 45 € pro Nacht, Endreinigung 60 €           | 45.00 EUR
59 € p. P. im Doppelzimmer                     | 59.00 EUR
Menü 1: 8,90 €                                 | 8.90 EUR
klein 3,50 € groß 4,80 €                       | none
0,5 l 3,90 € 0,3 l 2,90 €                      | none
Preis auf Anfrage, ab ca. 500 €                | 500.00 EUR
2,22 € (100 ml = 4,44 €)                       | 2.22 EUR
XXL-Packung 5,99 € statt 7,99 €                | none
Rabattierter Preis 15,99 €                     | 15.99 EUR
CHF 89.- statt 129.-                           | 89.00 CHF
Fr. 19.95 (Fr. 3.99/100g)                      | 19.95 CHF
Spende 5 € Los 10 €                            | none
1,99 € zzgl. Pfand 0,15 €                      | 1.99 EUR
Auktion endet: 23 € Versand 5 €                | none
# France, Belgium, Luxembourg
Ancien prix : 89,00 € Nouveau prix : 59,00 €   | 59.00 EUR
59,00 € 89,00 € -33%                           | 59.00 EUR
59 € livraison gratuite                        | 59.00 EUR
Livraison : 5,90 €                             | none
Plein tarif 12 €, tarif réduit 8 €             | none
450 000 € FAI                                  | 450000.00 EUR
450 000 € honoraires inclus                    | 450000.00 EUR
Loyer 800 € charges 80 €                       | none
1,29€ (soit 2,58€/kg)                          | 1.29 EUR
l'unité 2,50 € les 3 6,00 €                    | none
19,99€ -10€ de remise immédiate                | 19.99 EUR
# Italy
Prezzo di listino € 120,00 Prezzo € 89,00      | 89.00 EUR
€ 89,00 + € 9,90 sped.                         | 89.00 EUR
Acconto € 50 saldo € 150                       | none
€ 350 al mese spese incluse                    | none
2,50 € al pezzo                                | 2.50 EUR
€ 12,00 (al kg € 24,00)                        | 12.00 EUR
# Spain, Portugal
PVP recomendado 49,90 € Nuestro precio 39,90 € | 39.90 EUR
39,90 € (IVA no incluido)                      | 39.90 EUR
1.200 €/mes + fianza 1.200 €                   | none
Tarifa general 15 € Reducida 10 €              | none
3 por 10 €                                     | 10.00 EUR
2ª unidad al 50% 4,99 €                        | 4.99 EUR
39,90€ portes grátis                           | 39.90 EUR
PVPR 49,90€ 39,90€                             | 39.90 EUR
# Brazil
R$ 129,90 10x de R$ 12,99 sem juros            | 129.90 BRL
R$ 129,90 R$ 99,90 no Pix                      | none
A partir de R$ 49,90                           | 49.90 BRL
R$ 49,90/mês                                   | none
Por apenas R$ 19,99                            | 19.99 BRL
# Netherlands, Belgium
Was € 79,99 Nu € 59,99                         | 59.99 EUR
€ 59,99 gratis verzending vanaf € 50           | 59.99 EUR
€ 59,99 gratis verzending                      | 59.99 EUR
Prijs per stuk € 2,50                          | 2.50 EUR
Per 6 stuks € 12,00                            | 12.00 EUR
€ 150 borg, € 45 per dag                       | 45.00 EUR
Vraagprijs € 325.000 k.k.                      | 325000.00 EUR
€ 9,99 p.st.                                   | 9.99 EUR
# Poland, Czechia, Slovakia, Hungary
49,99 zł (24,99 zł/kg)                         | 49.99 PLN
49,99 zł Cena katalogowa: 69,99 zł             | 49.99 PLN
od 49,99 zł / szt.                             | 49.99 PLN
przesyłka 12,99 zł, cena 49,99 zł              | 49.99 PLN
Sleva 200 Kč Cena 799 Kč                       | 799.00 CZK
799 Kč místo 999 Kč                            | 799.00 CZK
799 Kč/ks + poštovné 89 Kč                     | 799.00 CZK
Vratná kauce 500 Kč                            | none
15,90 € s DPH 13,25 € bez DPH                  | 15.90 EUR
4 990 Ft + szállítás 990 Ft                    | 4990.00 HUF
Bruttó ár: 12 700 Ft Nettó ár: 10 000 Ft       | 12700.00 HUF
Havi 4 990 Ft                                  | none
# Nordics, Baltics
Nu 199 kr Tidigare 299 kr                      | 199.00
199 kr/st                                      | 199.00
3 för 99 kr                                    | 99.00
Medlemspris 79 kr, ordinarie pris 99 kr        | none
99,- per måned                                 | none
1.499,- før 1.999,-                            | 1499.00
Spar 500 kr. 1.499 kr.                         | 1499.00
Utropspris 500 SEK, aktuellt bud 800 SEK       | none
Hinta 25 €, toimituskulut 6,90 €               | 25.00 EUR
25 € + postikulut 6,90 €                       | 25.00 EUR
Vuokra 650 €/kk, takuu 1300 €                  | none
15,99 € tk, 2 tk 25 €                          | none
# Turkey, Greece, Romania, Bulgaria
Liste fiyatı 2.499 TL, indirimli fiyat 1.999 TL | 1999.00 TRY
1.999 TL x 6 taksit                            | none
6 x 333 TL                                     | none
Αρχική τιμή 45,00 € Τελική τιμή 36,00 €        | 36.00 EUR
36,00 € συμπ. ΦΠΑ                              | 36.00 EUR
Pret vechi 299 lei, pret nou 199 lei           | 199.00
199 lei + transport 19 lei                     | 199.00
199 лв. с ДДС                                  | 199.00 BGN
# Russia, Ukraine
1 990 ₽ 2 990 ₽ −33%                           | 1990.00 RUB
1 990 ₽/мес.                                   | none
Цена: 1 990 ₽ (доставка бесплатно)             | 1990.00 RUB
1 990 ₽ за шт.                                 | 1990.00 RUB
залог 10 000 ₽, аренда 45 000 ₽                | none
від 899 грн до 1 299 грн                       | 899.00 UAH
# Japan, China, Korea, Taiwan
税抜2,700円 税込2,970円                              | 2970.00 JPY
2,970円+送料550円                                  | 2970.00 JPY
月額980円                                         | none
¥2,970 (税込)                                    | 2970.00 JPY
市场价¥299 特价¥199                                 | 199.00 JPY
￥199起                                          | 199.00 JPY
19,800원 (100g당 1,980원)                         | 19800.00 KRW
NT$990 原價NT$1,290                              | 990.00 TWD
# India
₹999 ₹1,999 50% off                            | 999.00 INR
Rs. 999 + shipping Rs. 60                      | 999.00
₹4,500/sq ft ₹45 lakh                          | none
Down payment ₹10,000                           | none
# UK, Ireland
£14.99 £19.99                                  | 14.99 GBP
£14.99 (was £19.99)                            | 14.99 GBP
From £14.99 p&p £3.50                          | none
£14.99 + £3.50 p&p                             | 14.99 GBP
Guide price £450,000                           | 450000.00 GBP
Offers over £450,000                           | none
£250 deposit, £1,500 balance                   | none
£1.20 per 100ml, £6.00                         | 6.00 GBP
2 for £7 or £4 each                            | 4.00 GBP
£5 off when you spend £30                      | none
Reserve £200, bid £150                         | none
£12.50 incl. booking fee                       | 12.50 GBP
€650 per month, €650 deposit                   | none
# US, Canada, Australia, Mexico, Argentina
$199.99 $249.99 Save $50                       | 199.99 USD
Price: $18.99 ($1.58 / Count)                  | 18.99 USD
List Price: $29.99 Price: $18.99               | 18.99 USD
$18.99 FREE delivery on orders over $35        | 18.99 USD
$4.99/ea.                                      | 4.99 USD
2/$5.00 or $2.99 ea                            | 2.99 USD
$15 child, $25 adult                           | none
$35 per person plus $5 fee                     | 35.00 USD
$1,850/mo 2bd                                  | none
$22,500 or best offer                          | 22500.00 USD
$18.99 after coupon, reg $24.99                | 18.99 USD
$10 gift card with purchase $100               | none
$250 refundable deposit                        | none
Rent: $35/day, $150/week                       | none
Starting at $999 or $41.62/mo. for 24 mo.      | 999.00 USD
CA$45.00 + CA$12.00 shipping                   | 45.00 CAD
$45.00 inc GST                                 | 45.00 USD
$45.00 ex GST ($49.50 inc GST)                 | 49.50 USD
$3,499 MXN a 12 meses de $291.58               | 3499.00 MXN
Precio lista $15.000 Contado $12.000           | none
ARS 15.000 en 3 cuotas sin interés de ARS 5.000 | 15000.00 ARS
# Germany, Austria, Switzerland
Schnäppchen! 7,77 € (UVP 12,99 €)              | 7.77 EUR
Normalpreis 49,00 € Aktionspreis 35,00 €       | 35.00 EUR
1 Kiste 15,99 € + 3,30 € Pfand                 | 15.99 EUR
Bund 1,49 €                                    | 1.49 EUR
3 Stück nur 2,22 €                             | 2.22 EUR
4,99 €/100 g Aktion 3,99 €/100 g               | none
Inserat: 4.500 € Festpreis, TÜV 08/26          | 4500.00 EUR
14.990 € MwSt. ausweisbar                      | 14990.00 EUR
Gesamtmiete 1.230 € (Kaltmiete 980 €)          | none
Erwachsene 14,00 €, Kinder frei                | 14.00 EUR
Tagesticket 14,00 €, Jahreskarte 79,00 €       | none
Tickets ab 29,90 € zzgl. 2,00 € Gebühr         | 29.90 EUR
Angebotspreis 1.199 €, Lieferung 49 €          | 1199.00 EUR
Finanzierung ab 33 € / Monat, Barpreis 1.199 € | 1199.00 EUR
jetzt 20 € günstiger: 79 €                     | 79.00 EUR
€ 79,- statt € 99,- - Sie sparen € 20,-        | 79.00 EUR
Mitnahmepreis 399,- Lieferpreis 449,-          | none
CHF 1'290.00 exkl. MWST CHF 1'394.00 inkl. MWST | 1394.00 CHF
25.– CHF pro Person                            | 25.00 CHF
# France
25 € la journée, 120 € la semaine              | none
39,99 € 49,99 €                                | 39.99 EUR
39,99€ au lieu de 49,99€ soit -20%             | 39.99 EUR
Dès 9,99 €/mois pendant 12 mois                | none
500 € à débattre                               | 500.00 EUR
Lot 1 : 500 €                                  | 500.00 EUR
Estimation : 100 - 150 €                       | 100.00 EUR
Adjugé 320 € frais 64 €                        | none
3,80 € + 1,00 € consigne                       | 3.80 EUR
Prix barré 80 € prix soldé 56 €                | 56.00 EUR
# Italy, Spain, Portugal
da 19,90 € al giorno                           | 19.90 EUR
€ 25.900 trattabili                            | 25900.00 EUR
Biglietto intero 10 € ridotto 7 €              | none
9,90 € anziché 14,90 €                         | 9.90 EUR
rata 150 €/mese anticipo 2.000 €               | none
25.900 € negociables                           | 25900.00 EUR
9,90 € antes 14,90 €                           | 9.90 EUR
desde 35 €/noche                               | 35.00 EUR
2 x 1: 9,90 €                                  | 9.90 EUR
9,90 € c/u                                     | 9.90 EUR
Preço: 14,90 € c/ IVA                          | 14.90 EUR
14,90 € PVPR: 19,90 €                          | 14.90 EUR
R$ 2.499,00 em 10x de R$ 249,90                | 2499.00 BRL
12x de R$ 99,90 ou R$ 1.079,00 à vista         | 1079.00 BRL
R$ 19,90 o kg                                  | 19.90 BRL
# Netherlands, Belgium
€ 12,50 per persoon                            | 12.50 EUR
Nu € 12,50 ipv € 17,50                         | 12.50 EUR
€ 12,50 + € 2,95 verzendkosten                 | 12.50 EUR
€ 450 borg € 450                               | none
Huur € 1.150 per maand (excl. € 75 servicekosten) | none
1+1 gratis € 3,99                              | 3.99 EUR
€ 3,99 2e halve prijs                          | 3.99 EUR
# Poland, Czechia, Hungary
19,99 zł/kg                                    | 19.99 PLN
299 zł z VAT, 243,09 zł netto                  | 299.00 PLN
1 450 zł do negocjacji                         | 1450.00 PLN
rata 89 zł x 24                                | none
Najniższa cena z 30 dni przed obniżką: 89,99 zł, teraz 69,99 zł | 69.99 PLN
890 Kč / noc                                   | 890.00 CZK
od 890 Kč do 1 490 Kč                          | 890.00 CZK
1 490 Kč (ušetříte 300 Kč)                     | 1490.00 CZK
1 299 Ft/kg (egységár) 649 Ft                  | none
5 000 Ft + áfa                                 | 5000.00 HUF
# Nordics
349 kr inkl. moms                              | 349.00
349 kr exkl. moms (436 kr inkl. moms)          | 436.00
49,90/st                                       | 49.90
29 kr (Medlem 24 kr)                           | none
1 990,- inkl. frakt                            | 1990.00
Pris: 1 500 kr, fraktkostnad tillkommer        | 1500.00
kr 399,- (kr 599,-)                            | none
3 pk 75 kr                                     | 75.00
49,90 €/kuukausi                               | none
12,90 € / kg                                   | 12.90 EUR
# Turkey, Greece, Romania, Ukraine, Russia
249,90 TL (KDV dahil)                          | 249.90 TRY
249,90 TL 199,90 TL                            | 199.90 TRY
15,90 € από 21,90 €                            | none
45 lei/kg                                      | 45.00
45,00 lei 60,00 lei -25%                       | 45.00
1 200 грн / доба                               | 1200.00 UAH
1 200 ₽/м²                                     | 1200.00 RUB
15 млн ₽                                       | none
от 500 ₽/час                                   | 500.00 RUB
# Asia
3,300円(本体3,000円)                               | 3300.00 JPY
¥3,300 ポイント10%                                 | 3300.00 JPY
希望小売価格 5,000円 販売価格 3,980円                      | none
月々1,980円〜                                      | none
¥68 满200减30                                    | 68.00 JPY
¥68/斤                                          | 68.00 JPY
55,000원 → 39,000원                              | 39000.00 KRW
₹2,499 M.R.P. ₹4,999 (50% off)                 | 2499.00 INR
₹25,000 per month, ₹75,000 deposit             | none
S$18.90 (U.P. S$24.90)                         | 18.90 SGD
Rp 150.000 Rp 99.000                           | 99000.00 IDR
# UK, Ireland, US, Canada, Australia
£3.75 or 2 for £6                              | 3.75 GBP
£9.99 (£1.25 each)                             | 9.99 GBP
£22 adv / £25 door                             | none
£1,000 ono                                     | 1000.00 GBP
£40 deposit required, total £200               | none
was £3.50 now £2 (57.1p/100g)                  | 2.00 GBP
£19.99 inc. £2 delivery                        | 19.99 GBP
€14 (€16 incl. service fee)                    | none
$12.99 Sale! Was $19.99                        | 12.99 USD
$8.49 Save $1.50 with card                     | none
$59.99 after $20 mail-in rebate                | none
$10/month for 12 months, then $20/month        | none
$499 down, $199 a month                        | none
$3 off 2, $4.99                                | 4.99 USD
Tix $25, $30 at door                           | none
$0.99 ea + $0.10 deposit                       | 0.99 USD
$18,999 $359/mo est.                           | 18999.00 USD
$18,999 or $359/mo                             | 18999.00 USD
Full price $80. Your price $60                 | none
$2,100 / 2br - 900ft2                          | 2100.00 USD
$1,450 plus utilities                          | 1450.00 USD
Price drop! $450 $400                          | 400.00 USD
A$129.00 or 4 payments of A$32.25 with Afterpay | none
C$89.99 (Reg. C$119.99)                        | 89.99 CAD
$120 neg.                                      | 120.00 USD
$12.5/sqft                                     | 12.50 USD
NZ$35.00 excl GST NZ$40.25 incl GST            | 40.25 NZD
HK$128 (原價 HK$168)                             | 128.00 HKD
# Mexico, Argentina, Chile, Colombia
$1.299 MXN c/u                                 | 1299.00 MXN
Precio normal $24.990 Precio oferta $19.990    | 19990.00 USD
$19.990 $24.990 20%                            | 19990.00 USD
Seña $5.000, total $20.000                     | none
# Food and drink
Bio-Eier 10 Stück 3,29 € (1 Stück = 0,33 €)    | 3.29 EUR
3,29 € / 10 Stück                              | 3.29 EUR
1,5 l 0,89 € (0,59 €/l) zzgl. 0,25 € Pfand     | 0.89 EUR
Kilopreis 12,90 € Packung 6,45 €               | 6.45 EUR
Espresso 2,20 € Cappuccino 3,10 €              | none
Menu du jour 16,90 €                           | 16.90 EUR
Entrée + plat 18 €, menu complet 24 €          | none
€ 1,89 per 500 g                               | 1.89 EUR
2+1 zdarma 59,90 Kč                            | 59.90 CZK
59,90 Kč s kartou, 79,90 Kč                    | none
2,99 zł/100 g 8,97 zł                          | 8.97 PLN
24,90 kr/kg. Spar 10,00 kr.                    | 24.90
£2.00 Was £2.75 28.6p/100g                     | 2.00 GBP
$5.99 lb. with card, reg $7.99 lb.             | none
$5.99/lb Save $2.00/lb                         | 5.99 USD
2 lbs for $5                                   | 5.00 USD
¥298（税込¥321）                                   | 321.00 JPY
98円(税抜) 105円(税込)                               | 105.00 JPY
# Cars
Kaufpreis 14.500 € Leasing ab 149 €/Monat      | 14500.00 EUR
ehem. UVP 38.500 € jetzt 29.900 €              | 29900.00 EUR
29.900 € (netto 25.126 €)                      | 29900.00 EUR
Überführungskosten 890 €, 29.900 €             | 29900.00 EUR
Anzahlung 3.000 €, 48 Raten à 299 €            | none
29.900 €, 45.000 km, 110 kW                    | 29900.00 EUR
12 500 €, 98 000 km                            | 12500.00 EUR
17.450 € al contado                            | 17450.00 EUR
£8,995 or £199 p/m                             | 8995.00 GBP
£8,995 £500 off                                | 8995.00 GBP
$23,495 + $799 doc fee                         | none
MSRP $31,200 Discount -$2,000 Price $29,200    | 29200.00 USD
$29,200 Est. payment $449/mo                   | 29200.00 USD
₹7.5 Lakh                                      | none
R$ 89.900                                      | 89900.00 BRL
1 250 000 ₽ или 25 000 ₽/мес                   | 1250000.00 RUB
$ 25,000 de enganche y 48 mensualidades        | none
# Homes
Kaltmiete 650 € zzgl. NK 180 €                 | 650.00 EUR
650 € + NK                                     | 650.00 EUR
Kaufpreis: 349.000 € (3.490 €/m²)              | 349000.00 EUR
349.000 € VB, 100 m²                           | 349000.00 EUR
Courtage 3,57 % inkl. MwSt. 349.000 €          | 349000.00 EUR
349 000 € (4 100 €/m²)                         | 349000.00 EUR
980 € c.c.                                     | 980.00 EUR
980 €/mois HC, dépôt de garantie 980 €         | none
€ 1.100 p.m. excl.                             | none
€ 250.000 k.k. (€ 2.500/m²)                    | 250000.00 EUR
$450,000 ($300/sqft)                           | 450000.00 USD
£325,000 guide price                           | 325000.00 GBP
2 300 zł + czynsz 600 zł                       | none
6 500 000 Kč (81 250 Kč/m²)                    | 6500000.00 CZK
45 млн ₸                                       | none
78,000円 管理費3,000円                              | 78000.00 JPY
# Auctions and classifieds
Aktuelles Gebot: 51,00 € (12 Gebote)           | 51.00 EUR
Gebot 51,00 € Sofortkauf 80,00 €               | none
51,00 € + Versand 5,99 €                       | 51.00 EUR
51,00 € Abholung                               | 51.00 EUR
Zu verschenken 0 €                             | zero
VB 40 € (Neupreis 120 €)                       | 40.00 EUR
40 €, NP 120 €                                 | 40.00 EUR
Tausch oder 40 €                               | 40.00 EUR
je 5 €, alle zusammen 20 €                     | none
5 € je Stück, 3 Stück 12 €                     | none
Prix 40 € port compris                         | 40.00 EUR
40 € + port 6 €                                | 40.00 EUR
40 € (envoi 6 €)                               | none
€ 40 trattabili + spedizione € 7               | none
Precio: 40 € (negociable)                      | 40.00 EUR
40 € + gastos de envío 5 €                     | 40.00 EUR
Bud fra 400 kr                                 | 400.00
Fastpris 400 kr                                | 400.00
Högsta bud 400 kr, utrop 300 kr                | none
$40 firm, $10 shipping                         | 40.00 USD
$40 or trade                                   | 40.00 USD
asking $40, paid $120                          | none
Retail $120, asking $40                        | none
# Tickets and travel
Stehplatz 15 € Sitzplatz 35 €                  | none
VVK 15 € / AK 18 €                             | none
Vorverkauf 15,00 € zzgl. Gebühren              | 15.00 EUR
15,00 € zzgl. 1,50 € VVK-Gebühr                | none
ab 79 € p.P. statt 129 €                       | 79.00 EUR
79 € pro Person und Nacht                      | 79.00 EUR
Flug ab 49 €, Gepäck 25 €                      | none
79 € par personne, supplément single 20 €      | none
€ 79 p.p.p.n.                                  | 79.00 EUR
79 € a persona a notte                         | 79.00 EUR
From £49pp                                     | 49.00 GBP
£49pp, single supplement £15                   | none
$129/night + $35 resort fee                    | 129.00 USD
$129 avg/night $258 total                      | none
From $59* each way                             | 59.00 USD
Adult $25 Senior $20                           | none
1泊 9,800円〜                                     | 9800.00 JPY
대인 15,000원 소인 10,000원                          | none
成人¥120 儿童¥60                                   | none
взрослый 500 ₽, детский 300 ₽                  | none
# Shops
Statt 99,90 €* nur 79,90 €                     | 79.90 EUR
79,90 € 99,90 € Du sparst 20 %                 | 79.90 EUR
79,90 € Lieferbar in 3 Tagen                   | 79.90 EUR
79,90 €, Lieferung in 3 Tagen                  | 79.90 EUR
79,90 € inkl. MwSt. zzgl. Versand              | 79.90 EUR
79,90 € inkl. MwSt. zzgl. Versand 4,90 €       | 79.90 EUR
79,90 € inkl. MwSt., versandkostenfrei         | 79.90 EUR
Rabattcode -10 € 79,90 €                       | 79.90 EUR
10 € Neukundenrabatt: 79,90 €                  | none
79,90 € 89,90 € (mit Gravur)                   | none
Ersparnis: 20,00 € (20 %) 79,90 €              | 79.90 EUR
79,90 € -20 % UVP 99,90 €                      | 79.90 EUR
Ab 79,90 € bis 129,90 €                        | 79.90 EUR
79,90 € – 129,90 € inkl. MwSt.                 | 79.90 EUR
À partir de 79,90 € 99,90 €                    | 79.90 EUR
79,90 € TTC livraison incluse                  | 79.90 EUR
79,90 € Prix public 99,90 €                    | 79.90 EUR
79,90 € Economisez 20 €                        | 79.90 EUR
Sconto 20 € 79,90 €                            | 79.90 EUR
79,90 € -20% Prezzo iniziale 99,90 €           | none
79,90 € 99,90 € Envío gratis                   | 79.90 EUR
79,90 € Ahorras 20 €                           | 79.90 EUR
€ 79,90 € 99,90 Op voorraad                    | none
79,90 zł 99,90 zł Najniższa cena: 79,90 zł     | 79.90 PLN
799 Kč 999 Kč Skladem                          | 799.00 CZK
799 kr 999 kr Ord. pris                        | 799.00
799,00 TL 999,00 TL Kargo bedava               | none
₹799 ₹999 (20% off) Free delivery              | 799.00 INR
$79.90 $99.90 Free shipping over $50           | 79.90 USD
$79.90 Reg. Price $99.90 Save 20%              | 79.90 USD
Now $79.90 - $99.90                            | 79.90 USD
4 x $19.98 or $79.90                           | 79.90 USD
A$79.90 Free shipping                          | 79.90 AUD
Gesamtpreis 1.190,00 € davon MwSt. 190,00 €    | 1190.00 EUR
190,00 € MwSt., 1.190,00 € gesamt              | 1190.00 EUR
12 Monate Laufzeit, einmalig 49,90 €           | 49.90 EUR
9,99 € im 1. Jahr, danach 19,99 €              | none
0,00 € statt 4,99 €                            | zero
Kostenlos statt 4,99 €                         | none
1. Platz 500 € 2. Platz 300 €                  | none
Preisgeld 5.000 €                              | none
Jetzt 30 % sparen: 69,30 € statt 99,00 €       | 69.30 EUR
69,30 € | UVP 99,00 € | -30 %                  | 69.30 EUR
Sonderpreis 69,30 €, regulär 99,00 €           | 69.30 EUR
Lagerware 69,30 € Bestellware 79,30 €          | none
Auf Lager - 69,30 €                            | 69.30 EUR
Größe M 69,30 € Größe L 72,30 €                | none
128 GB 399 € 256 GB 449 €                      | none
1 Nacht 80 €, jede weitere 60 €                | none
80 €/Nacht, 500 €/Woche                        | 80.00 EUR
Kurtaxe 2,50 € pro Person, 80 € pro Nacht      | 80.00 EUR
80 € + 2,50 € Kurtaxe                          | 80.00 EUR
Endreinigung 50 €; 80 € / Nacht                | 80.00 EUR
Wert 100 €, Preis 60 €                         | none
Guthaben 10 € nur 9,50 €                       | none
Gutschein im Wert von 50 € für 40 €            | none
50 € Gutschein für 40 €                        | none
Ihr Preis: 60 € Listenpreis: 80 €              | 60.00 EUR
Preis ohne Rabatt 80 € mit Rabatt 60 €         | none
Alter Preis 80 € Neuer Preis 60 €              | 60.00 EUR
60,- € VB, letzter Preis                       | 60.00 EUR
tarif étudiant 5 €, tarif normal 9 €           | none
9 € (5 € étudiants)                            | none
Pack duo 15 € au lieu de 18 €                  | 15.00 EUR
15 €/mois sans engagement                      | none
Frais de dossier 25 € - Prix 300 €             | 300.00 EUR
300 € HC                                       | 300.00 EUR
Offre : 300 € jusqu'au 31/12                   | 300.00 EUR
Valeur 100 € vendu 60 €                        | none
prezzo 60 €, spedizione 8 €                    | 60.00 EUR
60 € spedizione inclusa                        | 60.00 EUR
60 € con spedizione                            | none
60 € (+ 8 € spedizione)                        | 60.00 EUR
solo oggi 60 € invece di 80 €                  | 60.00 EUR
Precio con descuento 60 € Precio sin descuento 80 € | none
Envío 5 €, total 65 €                          | none
60 € + envío                                   | 60.00 EUR
60 €/persona, niños 30 €                       | none
Por R$ 60,00 ou 3x R$ 20,00                    | 60.00 BRL
R$ 60,00 + taxa de R$ 6,00                     | 60.00 BRL
Inteira R$ 60,00 Meia R$ 30,00                 | none
€ 60,- incl. € 5,- verzendkosten               | 60.00 EUR
Inruil € 100, prijs € 600                      | none
Per stuk € 6,- 10 stuks € 50,-                 | none
60 zł, wysyłka 10 zł                           | 60.00 PLN
bilet normalny 30 zł, ulgowy 20 zł             | none
600 Kč (sleva 20 %)                            | 600.00 CZK
600 Kč + DPH                                   | 600.00 CZK
Dospělí 120 Kč, děti 60 Kč                     | none
600 kr, frakt 60 kr                            | 600.00
600 kr exkl. frakt                             | 600.00
Innträde 100 kr, pensionär 80 kr               | none
fra 600 kr pr. person                          | 600.00
60 € sis. toimitus                             | 60.00 EUR
aikuiset 15 €, lapset 8 €                      | none
60 € + 5 € μεταφορικά                          | 60.00 EUR
600 TL (Kargo dahil)                           | 600.00 TRY
600 lei + 20 lei livrare                       | 600.00
600 ₽ + доставка 100 ₽                         | 600.00 RUB
600 грн (опт від 10 шт 500 грн)                | none
6,000円+税                                       | 6000.00 JPY
大人 1,500円 小人 800円                              | none
6,000円（送料込み）                                   | 6000.00 JPY
¥600 运费¥10                                     | 600.00 JPY
押金¥1000 月租¥3000                                | none
60,000원 (배송비 3,000원 별도)                        | none
₹600 + GST                                     | 600.00 INR
₹600 inclusive of all taxes                    | 600.00 INR
£60 + £5 postage                               | 60.00 GBP
£60 each, two for £110                         | none
£60 deposit secures, £600 total                | none
£60 (RRP £80, save £20)                        | 60.00 GBP
£60 saving £20                                 | 60.00 GBP
$60 you save $20                               | 60.00 USD
$60 was $80, you save $20 (25%)                | 60.00 USD
$60 / $80 CAD                                  | none
$60 with trade-in, $80 without                 | none
$60 instant savings, $240                      | 240.00 USD
$240 after $60 instant savings                 | 240.00 USD
$240 - $60 = $180                              | none
Bid $60 Retail $240                            | 60.00 USD
Lot 12: $60                                    | 60.00 USD
$60.00 per ticket + fees                       | 60.00 USD
$60.00 + fees                                  | 60.00 USD
tickets $60.00-$120.00                         | 60.00 USD
$1,200 OBO (paid $2,000)                       | none
$60/hr, 2 hr min                               | 60.00 USD
$60 first month, $120 after                    | none
# Old and new prices, and what stands behind them
24,99 € 14,99 € Save 40%                       | 14.99 EUR
24,99 € 14,99 € Sie sparen bis zu 40 %         | 14.99 EUR
24,99 € 14,99 € Rabatt: 40 %                   | 14.99 EUR
24,99 € 14,99 € Sie sparen 10 €                | 14.99 EUR
24,99 € 14,99 € UVP                            | none
$14.99 $24.99 Save up to 40%                   | 14.99 USD
$300 min. order                                | none
14,99 € 24,99 € UVP                            | 14.99 EUR
24,99 € 14,99 € ab 2 Stück                     | none
24,99 € 14,99 € Versand                        | 24.99 EUR
24,99 € 14,99 € Lieferung in 3 Tagen           | none
24,99 € 14,99 € in den Warenkorb               | 14.99 EUR
24,99 € 14,99 € pro Stück                      | none
19,99 € 14,99 € pro kg                         | none
24,99 € 14,99 € mtl.                           | none
14,99 € 24,99 € mtl.                           | none
Größe L 69,30 € Größe M 72,30 €                | none
5 € fee, 3 € tip, 40 €                         | 40.00 EUR
12.500 KWD 13 KWD                              | 12.50 KWD
KWD 4.250 was KWD 5                            | 4.25 KWD
KWD 4.250 KWD 3.750                            | 3.75 KWD
1,250 BHD (was 2 BHD)                          | none
Früher 59,90 €, heute 39,90 €                  | 39.90 EUR
39,90 € (inkl. 6,37 € MwSt.)                   | 39.90 EUR
Mietwagen ab 29 €/Tag, Vollkasko 12 €/Tag      | none
Vignette 96,40 €, Gebühr 4,90 €                | 96.40 EUR
Nettopreis 100 €, Bruttopreis 119 €            | none
Strom: Grundgebühr 9,90 €, Arbeitspreis 0,32 € | none
Monatskarte 49,00 €                            | 49.00 EUR
Einzelkarte 3,20 €, Viererkarte 11,20 €        | none
Ab 1 Stk. 5,00 €; ab 5 Stk. 4,50 €             | none
Stückpreis bei 10 Stk.: 4,50 €, bei 1 Stk.: 5,00 € | none
Bei Abholung 8,00 €, geliefert 9,50 €          | none
16,90 € Mittagstisch 9,90 €                    | none
CHF 59.– / Monat statt CHF 79.–                | none
TTC : 120 € (HT : 100 €)                       | 120.00 EUR
100 € HT soit 120 € TTC                        | 120.00 EUR
Remise 15 € 85 €                               | 85.00 EUR
85 € (-15 €)                                   | 85.00 EUR
85 € après remise de 15 €                      | 85.00 EUR
Bon d'achat 10 € offert, 85 €                  | 85.00 EUR
abonné 5 €, non abonné 8 €                     | none
Offerta 45 € Listino 60 €                      | 45.00 EUR
45 € più IVA                                   | 45.00 EUR
quota 45 € + tessera 10 €                      | none
Alquiler 700 € Fianza 700 €                    | none
45 € (antes 60 €) envío gratis                 | 45.00 EUR
Oferta 2x1 12 €                                | none
Preço antigo R$ 80,00 Preço atual R$ 60,00     | 60.00 BRL
R$ 60,00/kg R$ 30,00 (500 g)                   | 30.00 BRL
R$ 80,00 R$ 60,00 25% OFF                      | 60.00 BRL
Oude prijs € 80 Nieuwe prijs € 60              | 60.00 EUR
€ 60 (normaal € 80)                            | 60.00 EUR
60 zł taniej: 240 zł                           | 240.00 PLN
zadatek 50 zł, reszta 150 zł                   | none
Běžná cena 800 Kč, naše cena 600 Kč            | 600.00 CZK
Spar 200,- Nå 600,-                            | 600.00
600 kr (inkl. 120 kr moms)                     | 600.00
Alennus 20 €, hinta 60 €                       | 60.00 EUR
Normaalihinta 80 €, nyt 60 €                   | 60.00 EUR
600 TL peşin, 6 x 110 TL                       | none
Eski fiyat 800 TL Yeni fiyat 600 TL            | 600.00 TRY
скидка 200 ₽, цена 600 ₽                       | 600.00 RUB
600 ₽ за 2 шт.                                 | 600.00 RUB
600 грн + доставка                             | 600.00 UAH
100円引き 600円                                    | none
通常価格800円 特別価格600円                              | 600.00 JPY
单价 ¥6 总价 ¥60                                   | none
할인 전 80,000원 할인 후 60,000원                      | none
₹80 ₹60/kg                                     | none
£60 (ex. VAT £50)                              | 60.00 GBP
£50 + VAT (£60 inc.)                           | none
Save £20: £60                                  | 60.00 GBP
£80 £60 Save £20                               | 60.00 GBP
£60 per adult, £30 per child                   | none
£60pp based on 2 sharing                       | 60.00 GBP
Only £5 deposit. £60 total                     | none
$60 reg $80 w/ coupon                          | 60.00 USD
$80 -25% $60                                   | 60.00 USD
$60 (25% off $80)                              | 60.00 USD
2 pack $60 ($30 each)                          | 60.00 USD
$30 each, 2 for $50                            | 30.00 USD
$60 min bid, $80 buyout                        | none
$60 + applicable taxes                         | 60.00 USD
Your total: $64.80 ($60.00 + $4.80 tax)        | none
From $60 up to $120                            | 60.00 USD
$60 up                                         | 60.00 USD
# Money in front, and counts behind
£80 £60 Save £20                               | 60.00 GBP
£80 £60 3 left                                 | 60.00 GBP
£60 3 left                                     | 60.00 GBP
$80 $60 free shipping                          | 60.00 USD
$80 $60 per month                              | none
€ 80 € 60 gratis verzending                    | 60.00 EUR
R$ 80 R$ 60 no Pix                             | none
$80 $60 size M                                 | 60.00 USD
From $60 to $120                               | 60.00 USD
from $60 and up                                | 60.00 USD
$80 $60 ea                                     | none
80 € 60 € 3 Stück                              | none
80 zł 60 zł szt.                               | none
€80 €60 p.p.                                   | none
€80 €60 Only 3 left                            | 60.00 EUR
)";

} // namespace

TEST_CASE("of several amounts the price is read, or none") {
  check_price_texts(texts);
}

TEST_CASE("of several amounts the price is read, or none: more of them") {
  check_price_texts(more_texts);
}
