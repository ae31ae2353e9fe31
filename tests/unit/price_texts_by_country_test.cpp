// Prices as shops of one country after the other print them, each with what a person there would say.
#include <catch2/catch.hpp>

#include "tests/unit/price_texts.hpp"

namespace {

constexpr std::string_view texts = R"(
# Germany, Austria
12,99 €                        | 12.99 EUR
12,99€                         | 12.99 EUR
€ 12,99                        | 12.99 EUR
€12,99                         | 12.99 EUR
EUR 12,99                      | 12.99 EUR
12,99 EUR                      | 12.99 EUR
12.99 Euro                     | 12.99 EUR
1.299,00 €                     | 1299.00 EUR
1.299 €                        | 1299.00 EUR
1299 €                         | 1299.00 EUR
1.299,- €                      | 1299.00 EUR
1.299,– €                      | 1299.00 EUR
1.299,-- €                     | 1299.00 EUR
€ 1.299,--                     | 1299.00 EUR
12.500.000 €                   | 12500000.00 EUR
ab 24,90 €                     | 24.90 EUR
nur 9,99 €                     | 9.99 EUR
nur noch 7,99 €                | 7.99 EUR
jetzt 49,00 €                  | 49.00 EUR
Preis: 35,50 €                 | 35.50 EUR
statt 59,99 € nur 39,99 €      | 39.99 EUR
UVP 99,95 € 79,95 €            | 79.95 EUR
UVP: 99,95 €                   | none
19,99 € inkl. MwSt.            | 19.99 EUR
19,99 € inkl. 19% MwSt.        | 19.99 EUR
119,00 € inkl. 19,00 € MwSt.   | 119.00 EUR
100,00 € netto                 | 100.00 EUR
100,00 € netto 119,00 € brutto | 119.00 EUR
450 € VB                       | 450.00 EUR
VB 450 €                       | 450.00 EUR
450 € Festpreis                | 450.00 EUR
6,99 € (13,98 €/kg)            | 6.99 EUR
6,99 € (1 kg = 13,98 €)        | 6.99 EUR
2,49 € pro Stück               | 2.49 EUR
1,19 € je 100 g                | 1.19 EUR
8,99 € zzgl. 4,99 € Versand    | 8.99 EUR
8,99 € + 4,99 € Versand        | 8.99 EUR
8,99 € zzgl. 0,25 € Pfand      | 8.99 EUR
8,99 € Versand: 4,99 €         | 8.99 EUR
24 Raten à 12,50 €             | none
12,50 € mtl.                   | none
12,50 € pro Monat              | none
12,50 €/Monat                  | none
99 ct                          | 0.99
75 Cent                        | 0.75
0,75 €                         | 0.75 EUR
,75 €                          | 0.75 EUR
2 € 50                         | 2.50 EUR
Gr. 38 49,90 €                 | 49.90 EUR
3 Hefte für 14,85 €            | 14.85 EUR
49,90 € 12 Bewertungen         | 49.90 EUR
-30% 69,30 €                   | 69.30 EUR
69,30 € -30%                   | 69.30 EUR
Sie sparen 10,00 € 29,95 €     | 29.95 EUR
10,00 € gespart                | none
€ 7.490,-                      | 7490.00 EUR
EUR 7.490,00                   | 7490.00 EUR
€ 0,99                         | 0.99 EUR
# Switzerland
CHF 12.50                      | 12.50 CHF
12.50 CHF                      | 12.50 CHF
Fr. 12.50                      | 12.50 CHF
SFr. 12.50                     | 12.50 CHF
CHF 1'299.00                   | 1299.00 CHF
CHF 1’299.00                   | 1299.00 CHF
CHF 1'299.-                    | 1299.00 CHF
CHF 1'299.–                    | 1299.00 CHF
Fr. 39.90 statt 59.90          | 39.90 CHF
1'299.– CHF                    | 1299.00 CHF
CHF 5.–                        | 5.00 CHF
# France, Belgium
12,99 €                        | 12.99 EUR
12€99                          | 12.99 EUR
12 €99                         | 12.99 EUR
149€00                         | 149.00 EUR
1 299€00                       | 1299.00 EUR
1 299,00 €                     | 1299.00 EUR
1 299 €                        | 1299.00 EUR
1 299,00 € TTC                 | 1299.00 EUR
1 083,33 € HT                  | 1083.33 EUR
100,00 € HT 120,00 € TTC       | 120.00 EUR
à partir de 24,90 €            | 24.90 EUR
dès 24,90 €                    | 24.90 EUR
de 5 à 7 €                     | 5.00 EUR
Prix : 35,50 €                 | 35.50 EUR
4x 25,00 €                     | none
100,00 € ou 4x 25,00 €         | 100.00 EUR
25 €/mois                      | none
25 € par mois                  | none
19,99 € au lieu de 29,99 €     | 19.99 EUR
Lot de 2 29,99 €               | 29.99 EUR
-20 € 99,00 €                  | 99.00 EUR
5,90 € le kg                   | 5.90 EUR
5,90 € / kg                    | 5.90 EUR
# Italy
€ 1.299,00                     | 1299.00 EUR
da 24,90 €                     | 24.90 EUR
a partire da € 24,90           | 24.90 EUR
prezzo 35,50 €                 | 35.50 EUR
€ 19,99 iva inclusa            | 19.99 EUR
€ 19,99 + € 5,00 spedizione    | 19.99 EUR
25 € al mese                   | none
# Spain
1.299,00 €                     | 1299.00 EUR
1.299€                         | 1299.00 EUR
desde 24,90 €                  | 24.90 EUR
12,99 €/ud.                    | 12.99 EUR
19,99 € IVA incl.              | 19.99 EUR
25 €/mes                       | none
Ahorra 10 € 29,95 €            | 29.95 EUR
# Portugal
1 299,00 €                     | 1299.00 EUR
1.299,00€                      | 1299.00 EUR
12,99€/un                      | 12.99 EUR
desde 24,90€                   | 24.90 EUR
# Netherlands
€ 12,-                         | 12.00 EUR
€ 12,--                        | 12.00 EUR
€ 1.299,-                      | 1299.00 EUR
€ 12,95                        | 12.95 EUR
van 29,95 voor 19,95           | 19.95
€ 29,95 € 19,95                | 19.95 EUR
vanaf € 24,90                  | 24.90 EUR
# Ireland, Finland, Greece, the Baltics
€1,299.00                      | 1299.00 EUR
from €24.90                    | 24.90 EUR
1 299,00 €                     | 1299.00 EUR
alk. 24,90 €                   | 24.90 EUR
1.299,00 €                     | 1299.00 EUR
από 24,90 €                    | 24.90 EUR
24,90 € tk                     | 24.90 EUR
# Sweden, Norway, Denmark, Iceland
1 299 kr                       | 1299.00
1 299 kr                       | 1299.00
1299 kr                        | 1299.00
1 299:-                        | 1299.00
1299:-                         | 1299.00
12:50 kr                       | 12.50
SEK 1 299                      | 1299.00 SEK
1 299 SEK                      | 1299.00 SEK
99,90 kr/kg                    | 99.90
75 öre                         | 0.75 SEK
fr. 499 kr                     | 499.00
från 499 kr                    | 499.00
kr 1 299,00                    | 1299.00
kr 1.299,-                     | 1299.00
1.299,- kr                     | 1299.00
kr. 1.299,00                   | 1299.00
1.299,00 kr.                   | 1299.00
fra 499,-                      | 499.00
NOK 499                        | 499.00 NOK
499 DKK                        | 499.00 DKK
12.990 kr.                     | 12990.00
12.990 ISK                     | 12990.00 ISK
Str. 38 499 kr                 | 499.00
# United Kingdom
£12.99                         | 12.99 GBP
£1,299                         | 1299.00 GBP
£1,299.00                      | 1299.00 GBP
GBP 12.99                      | 12.99 GBP
50p                            | 0.50 GBP
99p                            | 0.99 GBP
£0.99                          | 0.99 GBP
£.99                           | 0.99 GBP
£1·50                          | 1.50 GBP
2 for £5                       | 5.00 GBP
£3 each or 2 for £5            | 3.00 GBP
Was £20.00 Now £15.00          | 15.00 GBP
RRP £20.00                     | none
RRP £20.00 £15.00              | 15.00 GBP
£10.00 ex VAT £12.00 inc VAT   | 12.00 GBP
£12.00 inc VAT                 | 12.00 GBP
£12.99 + £3.99 delivery        | 12.99 GBP
£12.99 free delivery           | 12.99 GBP
£850 pcm                       | none
£30 per month                  | none
£2.50 per kg                   | 2.50 GBP
Size 10 £45                    | 45.00 GBP
143.9p                         | 1.44 GBP
£1m                            | none
£250k                          | none
# United States
$12.99                         | 12.99 USD
$1,299.99                      | 1299.99 USD
$1,299                         | 1299.00 USD
US$12.99                       | 12.99 USD
US $12.99                      | 12.99 USD
USD 12.99                      | 12.99 USD
$12.99 USD                     | 12.99 USD
12.99 USD                      | 12.99 USD
$ 12.99                        | 12.99 USD
$.99                           | 0.99 USD
99¢                            | 0.99 USD
$5 - $7                        | 5.00 USD
$5–$7                          | 5.00 USD
$5 to $7                       | 5.00 USD
from $24.90                    | 24.90 USD
starting at $24.90             | 24.90 USD
Now $15.99 Was $19.99          | 15.99 USD
Now$15.99                      | 15.99 USD
MSRP $19.99                    | none
Save $5.00                     | none
$5 off                         | none
You save $5.00 $14.99          | 14.99 USD
$14.99 $5 off                  | 14.99 USD
$14.99 + $5.99 shipping        | 14.99 USD
$14.99 free shipping           | 14.99 USD
$5.99 shipping                 | none
$54.13/mo                      | none
$649.99 or $54.13/mo           | 649.99 USD
4 payments of $25.00           | none
$3.49 ea.                      | 3.49 USD
$3.49/lb                       | 3.49 USD
$6.98 ($3.49/lb)               | 6.98 USD
$25.00 OBO                     | 25.00 USD
25 dollars                     | 25.00 USD
Free                           | none
$0.00                          | zero
Pack of 3 $29.99               | 29.99 USD
$1.5M                          | none
)";

constexpr std::string_view more_texts = R"(
# Canada, Australia, New Zealand
C$12.99                        | 12.99 CAD
CA$12.99                       | 12.99 CAD
CAN$12.99                      | 12.99 CAD
CAD 12.99                      | 12.99 CAD
$12.99 CAD                     | 12.99 CAD
12,99 $ CA                     | 12.99 CAD
12,99 $ CAN                    | 12.99 CAD
12,99 $                        | 12.99 USD
1 299,99 $                     | 1299.99 USD
A$12.99                        | 12.99 AUD
AU$12.99                       | 12.99 AUD
AU $12.50                      | 12.50 AUD
AUD $12.50                     | 12.50 AUD
NZ$12.99                       | 12.99 NZD
NZ $12.99                      | 12.99 NZD
NZD 12.99                      | 12.99 NZD
# Latin America
R$ 12,99                       | 12.99 BRL
R$12,99                        | 12.99 BRL
R$ 1.299,00                    | 1299.00 BRL
12x R$ 108,25                  | none
R$ 1.299,00 ou 12x de R$ 108,25 | 1299.00 BRL
R$ 1.299,00 em até 12x de R$ 108,25 sem juros | 1299.00 BRL
de R$ 199,90 por R$ 149,90     | 149.90 BRL
$ 1.299.990                    | 1299990.00 USD
$1.290                         | 1290.00 USD
MX$1,299.00                    | 1299.00 MXN
MXN 1,299.00                   | 1299.00 MXN
$1,299.00 MXN                  | 1299.00 MXN
ARS 4.770                      | 4770.00 ARS
AR$ 4.770,00                   | 4770.00 ARS
CLP 12.990                     | 12990.00 CLP
COP 49.900                     | 49900.00 COP
S/ 49.90                       | 49.90 PEN
S/. 1,299.00                   | 1299.00 PEN
U$S 120                        | 120.00 USD
Gs. 150.000                    | 150000.00 PYG
₡12.500                        | 12500.00 CRC
RD$ 1,250.00                   | 1250.00 DOP
Q125.00                        | 125.00 GTQ
Bs 350                         | 350.00
25 pesos                       | 25.00
3 cuotas de $100               | none
# Poland, Czechia, Slovakia, Hungary
12,99 zł                       | 12.99 PLN
1 299,00 zł                    | 1299.00 PLN
1 299 zł                       | 1299.00 PLN
12,99zł                        | 12.99 PLN
12,99 PLN                      | 12.99 PLN
od 24,90 zł                    | 24.90 PLN
cena: 24,90 zł                 | 24.90 PLN
99 zł/mies.                    | none
12 zł 50 gr                    | 12.50 PLN
5,99 zł / szt.                 | 5.99 PLN
1 299 Kč                       | 1299.00 CZK
1.299,- Kč                     | 1299.00 CZK
1 299,00 Kč                    | 1299.00 CZK
1 299,– Kč                     | 1299.00 CZK
Kč 499                         | 499.00 CZK
499 CZK                        | 499.00 CZK
1 073 Kč bez DPH 1 299 Kč      | 1299.00 CZK
12 990 Ft                      | 12990.00 HUF
12.990 Ft                      | 12990.00 HUF
12 990,- Ft                    | 12990.00 HUF
12990 HUF                      | 12990.00 HUF
24,90 € s DPH                  | 24.90 EUR
# Romania, Bulgaria, the Balkans
12,99 lei                      | 12.99
1.299,00 Lei                   | 1299.00
1.299,00 RON                   | 1299.00 RON
12,99 лв.                      | 12.99 BGN
12,99 BGN                      | 12.99 BGN
1.299,00 din                   | 1299.00 RSD
1.299 RSD                      | 1299.00 RSD
12,99 KM                       | 12.99 BAM
1.299 ден                      | 1299.00 MKD
# Russia, Ukraine, Belarus, Kazakhstan, Georgia
1 299 ₽                        | 1299.00 RUB
1 299,00 ₽                     | 1299.00 RUB
1299 руб.                      | 1299.00
1 299 руб                      | 1299.00
1 299 р.                       | 1299.00
от 1 299 ₽                     | 1299.00 RUB
от 1 299 до 1 599 ₽            | 1299.00 RUB
1 299 RUB                      | 1299.00 RUB
1 299 ₴                        | 1299.00 UAH
1 299 грн                      | 1299.00 UAH
1 299 грн.                     | 1299.00 UAH
1299 UAH                       | 1299.00 UAH
12 990 ₸                       | 12990.00 KZT
12 990 тг                      | 12990.00 KZT
49,90 BYN                      | 49.90 BYN
129 ₾                          | 129.00 GEL
129.00 GEL                     | 129.00 GEL
12 тыс. ₽                      | none
# Turkey
1.299,00 TL                    | 1299.00 TRY
1.299 TL                       | 1299.00 TRY
118, 99 TL                     | 118.99 TRY
₺1.299,00                      | 1299.00 TRY
1.299,00 ₺                     | 1299.00 TRY
%20 1.299,00 TL                | 1299.00 TRY
TRY 1.299,00                   | 1299.00 TRY
# Israel, Arab countries, Iran
₪129.90                        | 129.90 ILS
129.90 ₪                       | 129.90 ILS
129 NIS                        | 129.00 ILS
AED 129.00                     | 129.00 AED
129.00 د.إ                     | 129.00 AED
د.إ 129                        | 129.00 AED
١٢٩٫٥٠ ر.س                     | 129.50 SAR
SAR 1,299.00                   | 1299.00 SAR
SR 129                         | 129.00 SAR
QAR 129                        | 129.00 QAR
KD 12.500                      | 12.50 KWD
12.500 KWD                     | 12.50 KWD
KWD 1,250.000                  | 1250.00 KWD
BHD 4.250                      | 4.25 BHD
OMR 3.900                      | 3.90 OMR
12,500 DT                      | 12.50 TND
129 EGP                        | 129.00 EGP
EGP 1,299.00                   | 1299.00 EGP
129 DH                         | 129.00
1.200 DA                       | 1200.00 DZD
۱۲۹۰۰۰ ریال                    | 129000.00
# India, Pakistan, Bangladesh, Sri Lanka
₹1,299                         | 1299.00 INR
₹1,19,999.50                   | 119999.50 INR
Rs. 1,50,000                   | 150000.00
Rs. 500/-                      | 500.00
Rs.499                         | 499.00
INR 499                        | 499.00 INR
₹499/-                         | 499.00 INR
PKR 1,299                      | 1299.00 PKR
৳1,299                         | 1299.00 BDT
LKR 12,990.00                  | 12990.00 LKR
₹ 2.5 lakh                     | none
₹2,499/month                   | none
# China, Taiwan, Hong Kong, Japan, Korea
¥1,299                         | 1299.00 JPY
CN¥1,299                       | 1299.00 CNY
CN¥ 99.90                      | 99.90 CNY
99.90元                        | 99.90 CNY
¥99.90元                       | 99.90 CNY
RMB 99.90                      | 99.90 CNY
NT$1,299                       | 1299.00 TWD
NT$1,299元                     | 1299.00 TWD
HK$129.00                      | 129.00 HKD
HKD 129                        | 129.00 HKD
1,299円                        | 1299.00 JPY
１，２９９円                   | 1299.00 JPY
￥1,299                        | 1299.00 JPY
1,299円（税込）                | 1299.00 JPY
税込1,299円                    | 1299.00 JPY
JPY 1299                       | 1299.00 JPY
10万円                         | none
₩12,900                        | 12900.00 KRW
12,900원                       | 12900.00 KRW
KRW 12,900                     | 12900.00 KRW
# South-East Asia
RM12.50                        | 12.50 MYR
RM 1,250.00                    | 1250.00 MYR
S$12.90                        | 12.90 SGD
SGD 12.90                      | 12.90 SGD
Rp 129.000                     | 129000.00 IDR
Rp129.000                      | 129000.00 IDR
Rp. 1.290.000,00               | 1290000.00 IDR
฿1,299                         | 1299.00 THB
1,299 บาท                      | 1299.00 THB
1,299.00 THB                   | 1299.00 THB
129.000 ₫                      | 129000.00 VND
129.000đ                       | 129000.00 VND
12.000.000 VND                 | 12000000.00 VND
₱1,299.00                      | 1299.00 PHP
PHP 1,299                      | 1299.00 PHP
Rp 1,5 jt                      | none
# Africa
R 199.99                       | 199.99 ZAR
R199.99                        | 199.99 ZAR
R1,299.00                      | 1299.00 ZAR
R 1 299,00                     | 1299.00 ZAR
ZAR 199                        | 199.00 ZAR
₦12,500                        | 12500.00 NGN
NGN 12,500                     | 12500.00 NGN
KSh 1,299                      | 1299.00 KES
KES 1,299                      | 1299.00 KES
500/=                          | 500.00
GH₵ 129.00                     | 129.00 GHS
UGX 50,000                     | 50000.00 UGX
12.500 FCFA                    | 12500.00
12 500 FCFA                    | 12500.00
12 500 CFA                     | 12500.00
)";

} // namespace

TEST_CASE("prices of Europe and North America are read as a person there reads them") {
  check_price_texts(texts);
}

TEST_CASE("prices of the other countries are read as a person there reads them") {
  check_price_texts(more_texts);
}
