// Prices by what can be misread in them, each with what a person would say.
#include <catch2/catch.hpp>

#include "tests/unit/price_texts.hpp"

namespace {

constexpr std::string_view texts = R"(
# A sign belongs to one number
-5.00                          | -5.00
-$5.00                         | -5.00 USD
$-5.00                         | -5.00 USD
€ -5,00                        | -5.00 EUR
-5,00 €                        | -5.00 EUR
−5,00 €                        | -5.00 EUR
–5,00 €                        | -5.00 EUR
- 5,00 €                       | 5.00 EUR
-20% 1599,00 €                 | 1599.00 EUR
−20 % 1599,00 €                | 1599.00 EUR
- 20 % 1599,00 €               | 1599.00 EUR
1599,00 € -20%                 | 1599.00 EUR
1599,00 € (-20%)               | 1599.00 EUR
-20 € 99,00 €                  | 99.00 EUR
99,00 € -20 €                  | 99.00 EUR
99,00 € (-20,00 €)             | 99.00 EUR
$99.00 -$20.00                 | 99.00 USD
Rabatt -20 € 99,00 €           | 99.00 EUR
10-20% 45,00 €                 | 45.00 EUR
-10 bis -20% 45,00 €           | 45.00 EUR
T-Shirt 19,99 €                | 19.99 EUR
USB-3 Hub 19,99 €              | 19.99 EUR
12,50-                         | none
# Ranges and lists: the lowest
12,50 - 18,00 €                | 12.50 EUR
12,50-18,00 €                  | 12.50 EUR
12,50 -18,00 €                 | 12.50 EUR
12,50 – 18,00 €                | 12.50 EUR
12,50 — 18,00 €                | 12.50 EUR
12,50 ~ 18,00 €                | 12.50 EUR
€12,50-€18,00                  | 12.50 EUR
12,50 €-18,00 €                | 12.50 EUR
von 12,50 bis 18,00 €          | 12.50 EUR
between $12 and $18            | 12.00 USD
entre 12 et 18 €               | 12.00 EUR
12 a 18 €                      | 12.00 EUR
12 oder 18 €                   | 12.00 EUR
12.99€14.99€                   | 12.99 EUR
$14.99$12.99                   | 12.99 USD
$239.00,$142.99                | 142.99 USD
29,99 € 19,99 €                | 19.99 EUR
29,99 € | 19,99 €              | 19.99 EUR
1.299 € 1.099 €                | 1099.00 EUR
5-7                            | 5.00
10 - 20 30                     | none
7-5                            | none
2024-11                        | none
12.11.2024                     | none
# The currency's sign as the decimal sign
12€99                          | 12.99 EUR
149€00                         | 149.00 EUR
35€ 99                         | 35.99 EUR
35 € 99                        | 35.99 EUR
0€99                           | 0.99 EUR
12€5                           | none
12€ 5                          | none
12€995                         | none
5€10€                          | 5.00 EUR
12€99 15€99                    | 12.99 EUR
12€99 TTC                      | 12.99 EUR
12€99/kg                       | 12.99 EUR
35€ 12 pièces                  | 35.00 EUR
12zł99                         | 12.99 PLN
# A decimal sign that stands apart
118, 99 TL                     | 118.99 TRY
1.837, 32 €                    | 1837.32 EUR
$119. 95                       | 119.95 USD
118 ,99 €                      | 118.99 EUR
118 .99                        | 118.99
12 . 99 €                      | 12.99 EUR
12;99 €                        | none
12_99 €                        | none
$ 9. 99                        | 9.99 USD
Größe 38, 99 €                 | 99.00 EUR
5, 10, 15 €                    | none
12, 15, 18 €                   | none
$12, 50 pcs                    | 12.00 USD
# Nothing before the decimal sign
,89 €                          | 0.89 EUR
.75                            | 0.75
$.75                           | 0.75 USD
€ ,5                           | 0.50 EUR
,99                            | 0.99
only .99¢                      | none
1,29 € ,89 €                   | none
-,99 €                         | 0.99 EUR
–,99 €                         | 0.99 EUR
# Hundredths
99¢                            | 0.99 USD
99 ¢                           | 0.99 USD
50p                            | 0.50 GBP
5p                             | 0.05 GBP
250p                           | 2.50 GBP
25 pence                       | 0.25 GBP
75 cents                       | 0.75
50 centimes                    | 0.50
0,99 ct                        | none
$1.99¢                         | none
1 € 50 ct                      | 1.50 EUR
2€50ct                         | 2.50 EUR
5 € 5 ct                       | 5.05 EUR
£1 50p                         | 1.50 GBP
page 50 p. 12 €                | 12.00 EUR
# Blanks of all kinds
1 299,50 €                     | 1299.50 EUR
1 299,50 €                     | 1299.50 EUR
1 299,50 €                     | 1299.50 EUR
1 299,50 €                     | 1299.50 EUR
1 299,50 €                     | 1299.50 EUR
1 234 567,89 €                 | 1234567.89 EUR
12 50 €                        | none
12 5000 €                      | none
1 29 €                         | none
# Counts, sizes and other numbers
12,50 € 3 Stück                | 12.50 EUR
12,50 € 3                      | 12.50 EUR
12 € 3 Stück                   | 12.00 EUR
3 Stück 12,50 €                | 12.50 EUR
3 Stück 12 €                   | 12.00 EUR
Size 8 $25                     | 25.00 USD
Size 8 25 $                    | 25.00 USD
Size 38 100 €                  | 100.00 EUR
Size 38 1 299 €                | 1299.00 EUR
Size 36-40 25 €                | 25.00 EUR
Size 10/12 25 €                | 25.00 EUR
EU 42 89,90 €                  | 89.90 EUR
Nr. 5 12,50 €                  | 12.50 EUR
Nr. 5                          | none
Lot de 2 €1.299,00             | 1299.00 EUR
Lot de 3 € 29                  | 29.00 EUR
Lot de 3 29 €                  | 29.00 EUR
Pack of 3 $29.99               | 29.99 USD
12 pcs €36.00                  | 36.00 EUR
2 pairs from $349              | 349.00 USD
2 for £5                       | 5.00 GBP
2/$5                           | 5.00 USD
2 x 5,00 €                     | 5.00 EUR
buy 3 coats with 300.000 VND   | 300000.00 VND
iPhone 12 599 €                | none
iPhone 12 599,00 €             | none
iPhone 12 - 599 €              | none
iPhone 12, 599 €               | none
iPhone 12: 599 €               | 599.00 EUR
iPhone 12                      | none
Galaxy S21 599 €               | 599.00 EUR
PS5 499,99 €                   | 499.99 EUR
500g 3,99 €                    | 3.99 EUR
500 g 3,99 €                   | 3.99 EUR
3,99 € 500 g                   | 3.99 EUR
64GB $299                      | 299.00 USD
6,1 Zoll 299 €                 | 299.00 EUR
4,5/5 19,99 €                  | 19.99 EUR
4.5 ★ $19.99                   | 19.99 USD
49,90 € (12)                   | 49.90 EUR
49,90 €*                       | 49.90 EUR
49,90 €¹                       | 49.90 EUR
49,90 € 5 Bewertungen          | 49.90 EUR
12:30 Uhr 49,90 €              | 49.90 EUR
31.12. 49,90 €                 | 49.90 EUR
bis 31.12.2024 49,90 €         | 49.90 EUR
3 left                         | none
4.5 stars                      | none
1.5 kg                         | none
12 18                          | none
3 items, 12.50                 | none
8 € 25                         | 8.25 EUR
8 $ 25                         | none
12 € 99 Cent                   | 12.99 EUR
$12 99                         | none
12 99 €                        | none
10/12 €                        | none
# A price for each unit
15 € (7,50 €/kg)               | 15.00 EUR
15,00 € (1 l = 7,50 €)         | 15.00 EUR
15 € 7,50 €/kg                 | none
15 €, 7,50 €/kg                | 15.00 EUR
2,49 € 4,98 €/kg               | 2.49 EUR
7,50 €/kg                      | 7.50 EUR
7,50 € pro kg 15,00 €          | 15.00 EUR
Grundpreis 7,50 € 15,00 €      | 15.00 EUR
0,33 € / 100 g                 | 0.33 EUR
$0.33/oz $5.28                 | 5.28 USD
$89 per night                  | 89.00 USD
1,599 €/l                      | none
# Instalments and rates
12x R$ 108,25                  | none
12x de R$ 108,25               | none
3x33,33€                       | none
100 € ou 3x33,33€              | 100.00 EUR
$54.13/mo                      | none
$54.13 / month                 | none
$54.13 a month                 | none
$54.13 monthly                 | none
$649 or $54.13/mo.             | 649.00 USD
649 € oder 54,13 €/Monat       | 649.00 EUR
54,13 € mtl. 649 €             | 649.00 EUR
99 €/Jahr                      | none
850 € warm/Monat               | none
mtl. 19,90 €                   | none
monthly from $19.90            | none
36 Monate á 19,90 €            | none
12 months x $19.90             | none
4 payments of $24.99           | none
$99.96 or 4 payments of $24.99 | 99.96 USD
6 cuotas sin interés de $ 1.299 | none
10 x de R$ 21,90               | none
3 x 33,33 €                    | none
1299元/月                       | none
# What is paid besides, and what is saved
$12.99 + $4.99 shipping        | 12.99 USD
$12.99 shipping $4.99          | none
Versand: 4,99 €                | none
Versand ab 4,99 €              | none
12,99 €, Versand 4,99 €        | 12.99 EUR
12,99 € Versand gratis         | 12.99 EUR
12,99 € + 0,25 € Pfand         | 12.99 EUR
Save $5                        | none
Save $5 $20                    | 20.00 USD
$20 Save $5                    | 20.00 USD
$5 off $20                     | 20.00 USD
5 € Rabatt                     | none
UVP 99,95 €                    | none
was $20                        | none
$49.99 free shipping over $35  | 49.99 USD
+5,00 €                        | none
199 € - 10 € Gutschein         | 199.00 EUR
199 € (dont 0,50 € d'éco-participation) | 199.00 EUR
$1,299 MSRP                    | none
List: $249.00                  | none
Compare at $249.00             | none
reg. $7.00                     | none
199 kr Før 299 kr              | 199.00
Før 299 kr                     | none
¥1,299 送料¥500                | 1299.00 JPY
送料無料 ¥1,299                | 1299.00 JPY
NT$1,299起                     | 1299.00 TWD
Regular price$29.99Sale price$19.99 | 19.99 USD
Najniższa cena z 30 dni: 35,99 zł 39,99 zł | 39.99 PLN
39,99 zł Najniższa cena z ostatnich 30 dni 35,99 zł | 39.99 PLN
30-Tage-Bestpreis: 35,99 € 39,99 € | 39.99 EUR
Prix le plus bas des 30 derniers jours : 35,99 € | none
# Which currency
C $12.99                       | 12.99 CAD
$12 pesos                      | 12.00
US$ 12                         | 12.00 USD
AU $12.50                      | 12.50 AUD
CAN$ 12                        | 12.00 CAD
CN¥ 12                         | 12.00 CNY
CNY ¥12                        | 12.00 CNY
JP¥1,200                       | 1200.00 JPY
US$:12.99                      | 12.99 USD
EUR: 12,99                     | 12.99 EUR
12,99 (EUR)                    | 12.99 EUR
12 eur                         | 12.00 EUR
12.99EUR                       | 12.99 EUR
EUR12.99                       | 12.99 EUR
ALL SIZES 25 €                 | 25.00 EUR
TOP 5 12,50 €                  | 12.50 EUR
12 € / 13 USD                  | none
12 € / $13                     | none
# Shortened
1e3 €                          | none
$12k                           | none
1,5 Mio. €                     | none
€1.5 million                   | none
12 Mio €                       | none
# Three decimals or thousands
1,199                          | 1199.00
1.199                          | 1199.00
3.350                          | 3350.00
0.999                          | 1.00
1.199 €                        | 1199.00 EUR
12.345678                      | 12.35
34.992001                      | 34.99
1.234.567                      | 1234567.00
1.234,567                      | none
KWD 4.250                      | 4.25 KWD
KWD 4,250                      | none
# None, and nothing
0                              | zero
0,00 €                         | zero
€0                             | zero
free                           | none
N/A                            | none
$                              | none
20%                            | none
auf Anfrage                    | none
3.14.15 €                      | none
99999999999999999999999 €      | none
# Several amounts, and words that say which is the price
5 € de frais de port, 90 €     | 90.00 EUR
10 € Gutschein, 90 €           | 90.00 EUR
$30 after $10 rebate           | 30.00 USD
12 €/m² 900 €                  | 900.00 EUR
£10.00 (£12.00 inc VAT)        | 12.00 GBP
€ 12 . 5                       | none
Price reduced by $20 to $80    | 80.00 USD
Acompte 10 €, prix 200 €       | 200.00 EUR
$300 down, $20,000             | 20000.00 USD
Leasing 199 € Kaufpreis 19.990 €               | 19990.00 EUR
Trade-in value $200 $999       | 999.00 USD
$80 tax $5                     | 80.00 USD
fee $5 $80                     | 80.00 USD
Insurance $10 $80              | 80.00 USD
Nachnahme 5 € 50 €             | 50.00 EUR
12 € ab 3 Stück 10 €           | none
NP: 500€                       | none
Highest bid: 5 €, starting price: 1 €          | none
(5,00 €)                       | none
5,00- €                        | none
12.345,678 €                   | none
6er Pack 12 €                  | 12.00 EUR
900 € 75 m²                    | 900.00 EUR
Buy 2 get 1 free $10           | 10.00 USD
incl. 0,25 € Pfand 1,99 €      | 1.99 EUR
100 € descuento 20 €           | 100.00 EUR
99 € zzgl. Versandkosten       | 99.00 EUR
12,99 € Versand ab 4,99 €      | none
Save $5-$10                    | none
50-70 €/Monat                  | none
$50-$70/mo                     | none
€ 30 nu 20                     | none
€ 29,95 19,95                  | none
29,99 19,99 €                  | 19.99 EUR
Brutto 119 € Netto 100 €       | 119.00 EUR
1 299 Kč bez DPH 1 073 Kč      | 1299.00 CZK
119 € inkl. MwSt. 19 €         | none
29,99 € → 19,99 €              | 19.99 EUR
$3.99 delivery $12.99          | none
1,180円（税込1,298円）               | 1298.00 JPY
# More kinds: dots, rates, limits, footnotes, units in brackets
1˙299 €                        | 1299.00 EUR
1․299 €                        | 1299.00 EUR
12·99 €                        | 12.99 EUR
12‚99 €                        | 12.99 EUR
01.299 €                       | none
0.999 €                        | none
0,250 KWD                      | 0.25 KWD
0,500 €                        | 0.50 EUR
12'99 €                        | 12.99 EUR
12’99€                         | 12.99 EUR
1.299'99 €                     | 1299.99 EUR
1'299 CHF                      | 1299.00 CHF
20 kr/md.                      | none
20 kr./mdr.                    | none
20 zł/mc                       | none
20 zł/m-c                      | none
20 zł/mies                     | none
20 Ft/hó                       | none
20 €/Mon.                      | none
20 €/Mt.                       | none
20 €/kk                        | none
20 €/mån                       | none
20 €/mėn.                      | none
20 €/mēn.                      | none
20 Kč/měs.                     | none
20 lei/lună                    | none
20 лв./мес.                    | none
20 ₽ в месяц                   | none
20 €/μήνα                      | none
$20/mth                        | none
$20 / wk                       | none
$20 a month                    | none
$20 each month                 | none
$20 per year                   | none
20 €/an                        | none
20 €/ano                       | none
20 €/año                       | none
20 kr/år                       | none
20 kr/uge                      | none
20 €/Jahr                      | none
20 € pro Quartal               | none
20 € im Monat                  | none
20 € monatlich                 | none
€20 p.m.                       | none
£20pcm                         | none
Minimum order $20              | none
Min. order: $20                | none
Mindestbestellwert 20 €        | none
Commande minimum 20 €          | none
Pedido mínimo 20 €             | none
Ordine minimo 20 €             | none
Minimale bestelling € 20       | none
Minimalne zamówienie 20 zł     | none
P&P £3.50                      | none
P & P £3.50                    | none
S&H $4.99                      | none
Shipping & handling $4.99      | none
unter 20 €                     | none
bis 200 €                      | none
bis zu 200 €                   | none
under $20                      | none
below $20                      | none
up to $200                     | none
Moins de 20 €                  | none
jusqu'à 200 €                  | none
menos de 20 €                  | none
hasta 200 €                    | none
até R$ 100                     | none
fino a 200 €                   | none
sotto i 20 €                   | none
meno di 20 €                   | none
tot € 20                       | none
minder dan € 20                | none
onder € 20                     | none
do 200 zł                      | none
poniżej 20 zł                  | none
under 200 kr                   | none
upp till 200 kr                | none
op til 200 kr                  | none
opp til 200 kr                 | none
до 2000 ₽                      | none
less than $20                  | none
more than $20                  | none
über 20 €                      | none
plus de 20 €                   | none
más de 20 €                    | none
oltre 20 €                     | none
boven € 20                     | none
mehr als 20 €                  | none
reduced to $20                 | 20.00 USD
$34.99 ($1.17 / Ounce)         | 34.99 USD
$34.99 ($1.17/Fl Oz)           | 34.99 USD
$34.99 ($0.17 / Sheet)         | 34.99 USD
$12.98 ($0.41 / Fluid Ounce)   | 12.98 USD
£4.00 (£0.25 / 100 ml)         | 4.00 GBP
£2.50 (£3.13/litre)            | 2.50 GBP
12,99 € (0,43 € / Waschgang)   | 12.99 EUR
12,99 € (25,98 €/kg)           | 12.99 EUR
12,99 € (25,98 € / kg)         | 12.99 EUR
12,99 € (1 kg = 25,98 €)       | 12.99 EUR
R$ 1.299,90 à vista ou 10x de R$ 144,43 | 1299.90 BRL
R$ 1.299,90 em até 10x de R$ 129,99 sem juros | 1299.90 BRL
10x de R$ 144,43 sem juros     | none
3x 41,63 € sans frais 124,90 € | 124.90 EUR
124,90 € ou 3x 41,63 € sans frais | 124.90 EUR
124,90 € ou 4 x 31,23 €        | 124.90 EUR
$29.99 $4.99 delivery          | 29.99 USD
$29.99 + $4.99 delivery        | 29.99 USD
£29.99 £4.99 postage           | 29.99 GBP
29,99 € 4,99 € Versand         | 29.99 EUR
1,29 € Pfand 0,25 €            | 1.29 EUR
1,29 € Pfand: 0,25 €           | 1.29 EUR
0,25 € Pfand 1,29 €            | 1.29 EUR
1,29 € + Pfand 0,25 €          | 1.29 EUR
12,99 € + 3,42 € Pfand         | 12.99 EUR
1,29 € (0,25 € Pfand)          | 1.29 EUR
45 000 km 12 900 €             | 12900.00 EUR
45.000 km 12.900 €             | 12900.00 EUR
2015 · 45 000 km · 12 900 €    | 12900.00 EUR
$12,900 45,000 mi              | 12900.00 USD
12,99 €1                       | 12.99 EUR
19,99 €3)                      | 19.99 EUR
19,99 €*1                      | 19.99 EUR
12,99€1                        | 12.99 EUR
12,99 € 1)                     | 12.99 EUR
4,85 €9                        | none
12,99 €1 16,99 €2              | 12.99 EUR
12,99 €3 Stück                 | 12.99 EUR
12,99 €5,00 €                  | 5.00 EUR
# Rates, limits, postage, footnotes and pairs by country
45 kr/mnd                      | none
45 kr per md.                  | none
kr 45 pr. måned                | none
ab 9,99 € mtl.                 | none
9,99 € im Monat                | none
9,99 €/Monat zzgl. 39,99 € Anschlusspreis | none
5 €/Woche                      | none
120 €/sem.                     | none
35 €/semaine                   | none
900 €/trim.                    | none
12 €/h                         | 12.00 EUR
$15/hr                         | 15.00 USD
$15 per hour                   | 15.00 USD
£12/hour                       | 12.00 GBP
99 zł/rok                      | none
49 Kč/měsíc                    | none
1 990 Ft/hónap                 | none
1 990 Ft/hó                    | none
29 lei/luna                    | none
15 лв/месец                    | none
500 ₽/мес                      | none
500 руб. в мес.                | none
299 грн/міс                    | none
99 TL/ay                       | none
¥980/月                         | none
月額 980円                        | none
₩9,900/월                       | none
₹199/month                     | none
R$ 29,90/mês                   | none
R$ 29,90 por mês               | none
$ 4.990/mes                    | none
$9.99/mo.                      | none
$119/yr                        | none
$119/year                      | none
£79 a year                     | none
€ 12,50 p/m                    | none
€ 12,50 per mnd                | none
12,50 €/kpl                    | 12.50 EUR
9,90 €/kk                      | none
9,90 eur/mėn                   | none
9,90 €/mesec                   | none
9,90 €/mj.                     | none
9,90 €/μήνα                    | none
Moins de 15 €                  | none
Plus de 100 €                  | none
0 - 25 €                       | zero
25 € - 50 €                    | 25.00 EUR
Up to $50 off                  | none
Spend $50, save $10            | none
Free shipping over $49         | none
Versandkostenfrei ab 49 €      | none
Livraison gratuite dès 49 €    | none
Darmowa dostawa od 199 zł      | none
Doprava zdarma od 1 500 Kč     | none
Ingyenes szállítás 15 000 Ft felett | none
Gratis verzending vanaf € 50   | none
Spedizione gratuita da € 49    | none
Envío gratis a partir de 49 €  | none
Frete grátis acima de R$ 199   | none
Fri frakt over 499 kr          | none
Fri fragt ved køb over 499 kr  | none
Ilmainen toimitus yli 50 €     | none
Бесплатная доставка от 3000 ₽  | none
满¥99减¥20                       | none
2000円以上送料無料                    | none
under £10                      | none
£10 and under                  | none
$25 & up                       | 25.00 USD
over 500 kr                    | none
bis maximal 500 €              | none
höchstens 500 €                | none
max. 500 €                     | none
od 100 do 200 zł               | 100.00 PLN
Budget: $500                   | none
P&P: £3.50                     | none
Postage £3.50                  | none
+ £3.50 P&P                    | none
£12.00 + P&P £3.50             | 12.00 GBP
£12.00 P&P £3.50               | none
£12.00 + £3.50 P&P             | 12.00 GBP
Versand ab 3,99 €              | none
Porto 1,60 €                   | none
Frais de port : 4,90 €         | none
Spese di spedizione € 6        | none
Gastos de envío 3,95 €         | none
Dostawa od 8,99 zł             | none
Shipping: $5.99                | none
$5.99 shipping                 | none
Handling fee $2                | none
12,99 €¹                       | 12.99 EUR
12,99 €² ³                     | 12.99 EUR
12,99¹ €                       | 12.99 EUR
1.299,00 €1                    | 1299.00 EUR
12,99 € *1                     | 12.99 EUR
12,99 € [1]                    | 12.99 EUR
12,99 €(1)                     | 12.99 EUR
12,99 €†                       | 12.99 EUR
12,99 €**                      | 12.99 EUR
*12,99 €                       | 12.99 EUR
ab 12,99 €1)                   | 12.99 EUR
12,99 EUR1                     | 12.99 EUR
$12.991                        | 12991.00 USD
12٫99 €                        | 12.99 EUR
1·299,00 €                     | 1299.00 EUR
12•99 €                        | 12.99 EUR
R$ 99,90 no boleto             | 99.90 BRL
R$ 99,90 ou 3x de R$ 33,30 sem juros | 99.90 BRL
$12.990 o 6 cuotas sin interés de $2.165 | 12990.00 USD
$1,299 MXN o 12 MSI de $108.25 | 1299.00 MXN
129,00 € o 3 rate da 43,00 €   | 129.00 EUR
129,00 € en 3 plazos de 43,00 € | 129.00 EUR
129 € eller 43 €/mån           | 129.00 EUR
1.299 kr. eller 108 kr./md.    | 1299.00
1 299 kr eller 108 kr/mån      | 1299.00
4x 32,25 € sans frais          | none
129 € (4 x 32,25 €)            | 129.00 EUR
1 299 Kč nebo 12x 108 Kč       | 1299.00 CZK
1299 zł lub 10 x 129,90 zł     | 1299.00 PLN
2,49 € (0,50 €/100 g)          | 2.49 EUR
2.49 (1 kg = 4.98)             | none
2,49 €, Kilopreis 4,98 €       | 2.49 EUR
2,49 € je 500 g (1 kg = 4,98 €) | 2.49 EUR
$4.99 $0.31/oz                 | 4.99 USD
$4.99 31.2¢/oz                 | 4.99 USD
$4.99 (31.2¢/oz)               | 4.99 USD
£1.50 15p/100g                 | 1.50 GBP
£1.50 (15p per 100g)           | 1.50 GBP
12 900 € 45 000 km             | 12900.00 EUR
12 900 €, 45 000 km, 2015      | 12900.00 EUR
2015, 45 000 km, 12 900 €      | 12900.00 EUR
120 m² 450 000 €               | 450000.00 EUR
450 000 € 120 m² 3 750 €/m²    | 450000.00 EUR
0,25 € Pfand                   | none
1,29 € zzgl. 0,25 € Pfand      | 1.29 EUR
1,29 € inkl. 0,25 € Pfand      | 1.29 EUR
€ 1,29 + statiegeld € 0,25     | 1.29 EUR
3,49 zł + kaucja 0,50 zł       | 3.49 PLN
12,95 kr + pant 1,50 kr        | 12.95
# A sign in front, and a count of three digits behind a blank
$599 128GB | 599.00 USD
$599 128 GB | 599.00 USD
£3 400g | 3.00 GBP
$12 750ml | 12.00 USD
₹50 500 g | 50.00 INR
$15 128 reviews | 15.00 USD
$20 $15 128 reviews | 15.00 USD
€15 128 Bewertungen | 15.00 EUR
$15 128 bids | 15.00 USD
$700 144 Hz | 700.00 USD
$ 599 128 GB | 599.00 USD
$5 100 pcs | none
$900 800 sqft | none
€30 500 Mbit/s | none
R1 299 500 g | none
kr 1 299 stk | none
€ 1 299 | 1299.00 EUR
kr 12 900 | 12900.00
R 1 299 | 1299.00 ZAR
$ 1 299 | 1299.00 USD
$1 299 CAD | 1299.00 CAD
$1 299 free shipping | 1299.00 USD
R1 299 pp | 1299.00 ZAR
R1 299 each | 1299.00 ZAR
kr 12 900 Kjøp nå | 12900.00
€ 1 299 Nouveau | 1299.00 EUR
12 € 45 000 km | 12.00 EUR
AirPods Pro 2 249 € | none
AirPods Pro 249 € | 249.00 EUR
Ta 3 betala för 2 199 kr | none
3 für 2 199 € | none
3 für 5 199 € | 5199.00 EUR
# A percentage with its minus behind the amount
$20.00 $15.00 -25% | 15.00 USD
฿1,290 ฿990 -23% | 990.00 THB
€ 20,00 € 15,00 –25% | 15.00 EUR
$20 now $15 −25% | 15.00 USD
$1,999 $1,299 - 35% off | 1299.00 USD
$15 -25% | 15.00 USD
€15,00 -25% | 15.00 EUR
CHF 15.00 −25% | 15.00 CHF
¥9,800 –20% | 9800.00 JPY
15.00 -25% | 15.00
10.00-25.00% | none
# A dash, and a count
$15 - 3 bids | 15.00 USD
$15.50 - 3 bids | 15.50 USD
$15 - 10 in stock | 15.00 USD
$25 - 2 for sale | 25.00 USD
$25 – 5 in cart | 25.00 USD
$5 - 10 | 5.00 USD
$15 - 10 | none
# Shortened
1万2800円 | none
12万8000円 | none
¥12万8000 | none
12万8000원 | none
1만 2000원 | none
3億5000万円 | none
R$ 1,2 mi | none
R$ 1,2 milhão | none
€ 1,2 miljoen | none
Rp 1,2 miliar | none
$12 thousand | none
$12 mm | none
£12 grand | none
₹25 L | none
₹25L | none
Rs 25 L | none
₹105/L | 105.00 INR
Rs 35 lacs | none
₹25 हज़ार | none
৳ 2 লাখ | none
฿1.2 ล้าน | none
₪1.2 מיליון | none
12 € Grand modèle | 12.00 EUR
# A button, a tax that is included
Add to cart $12.50 | 12.50 USD
IVA incluido 12,50 € | 12.50 EUR
12,50 € inkl. 2,50 € Versand | 12.50 EUR
)";

} // namespace

TEST_CASE("what can be misread in a price is read as a person reads it, or not at all") {
  check_price_texts(texts);
}
