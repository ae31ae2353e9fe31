// What actors/policy/currency_marks.cpp knows, line by line.
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "actors/policy/currency_marks.hpp"

namespace vigie::currency_tables {

// What a sign that several countries use may stand for.
inline constexpr std::string_view dollar =
    "USD CAD AUD NZD HKD SGD MXN TWD ARS CLP COP UYU BSD BBD BMD BND BZD DOP FJD GYD "
    "JMD KYD LRD NAD SRD TTD XCD CRC NIO";
inline constexpr std::string_view yen = "JPY CNY";
inline constexpr std::string_view yuan = "CNY TWD HKD MOP";
inline constexpr std::string_view pound = "GBP EGP FKP GIP LBP SDG SHP SYP";
inline constexpr std::string_view krone = "SEK NOK DKK ISK";
inline constexpr std::string_view rupee = "INR PKR LKR NPR MUR SCR";
inline constexpr std::string_view rouble = "RUB BYN";
inline constexpr std::string_view leu = "RON MDL";
inline constexpr std::string_view dirham = "AED MAD";
inline constexpr std::string_view peso = "MXN ARS CLP COP UYU DOP PHP CUP";
inline constexpr std::string_view rial = "SAR QAR OMR YER IRR";
inline constexpr std::string_view dinar = "KWD BHD JOD IQD TND DZD LYD RSD";
inline constexpr std::string_view franc = "CHF XAF XOF XPF CDF RWF";
inline constexpr std::string_view som = "UZS KGS";

// Longer ones before those they begin with.
inline constexpr std::array signs{
    currency_mark{"$", "USD", dollar}, currency_mark{"＄", "USD", dollar},
    currency_mark{"€", "EUR"},         currency_mark{"£", "GBP", pound},
    currency_mark{"¥", "JPY", yen},    currency_mark{"￥", "JPY", yen},
    currency_mark{"円", "JPY"},        currency_mark{"元", "CNY", yuan},
    currency_mark{"₹", "INR"},         currency_mark{"₩", "KRW"},
    currency_mark{"￦", "KRW"},        currency_mark{"원", "KRW"},
    currency_mark{"₽", "RUB"},       currency_mark{"₺", "TRY"},
    currency_mark{"₴", "UAH"},         currency_mark{"₪", "ILS"},
    currency_mark{"฿", "THB"},         currency_mark{"₫", "VND"},
    currency_mark{"₱", "PHP"},         currency_mark{"₦", "NGN"},
    currency_mark{"GH₵", "GHS"},       currency_mark{"₵", "GHS"},
    currency_mark{"₲", "PYG"},         currency_mark{"₡", "CRC"},
    currency_mark{"₸", "KZT"},         currency_mark{"₾", "GEL"},
    currency_mark{"֏", "AMD"},         currency_mark{"₼", "AZN"},
    currency_mark{"৳", "BDT"},         currency_mark{"₨", "", rupee},
    currency_mark{"₭", "LAK"},         currency_mark{"₮", "MNT"},
    currency_mark{"៛", "KHR"},         currency_mark{"﷼", "", rial},
    currency_mark{"د.إ", "AED"},       currency_mark{"ر.س", "SAR"},
    currency_mark{"ج.م", "EGP"},       currency_mark{"د.ك", "KWD"},
    currency_mark{"ر.ق", "QAR"},       currency_mark{"ر.ع", "OMR"},
    currency_mark{"د.ج", "DZD"},       currency_mark{"د.م", "MAD"},
    currency_mark{"د.ت", "TND"},       currency_mark{"د.ا", "JOD"},
    currency_mark{"د.ب", "BHD"},       currency_mark{"U$S", "USD"},
    currency_mark{"U$D", "USD"},       currency_mark{"S/.", "PEN"},
    currency_mark{"S/", "PEN"},        currency_mark{"¢", "USD", dollar, true},
    currency_mark{"£E", "EGP"},        currency_mark{"E£", "EGP"},
    currency_mark{"บาท", "THB"},
};

/// As they are written.
inline constexpr std::array exact_words{
    currency_mark{"R", "ZAR"},
    currency_mark{"RM", "MYR"},
    currency_mark{"Rp", "IDR"},
    currency_mark{"TL", "TRY"},
    currency_mark{"Tl", "TRY"},
    currency_mark{"Ft", "HUF"},
    currency_mark{"ft", "HUF"},
    currency_mark{"Bs", "", "BOB VES"},
    currency_mark{"Gs", "PYG"},
    currency_mark{"Q", "GTQ"},
    currency_mark{"KM", "BAM"},
    currency_mark{"Tk", "BDT"},
    currency_mark{"Dhs", "AED"},
    currency_mark{"DH", "", dirham},
    currency_mark{"DHS", "", dirham},
    currency_mark{"Dh", "", dirham},
    currency_mark{"SR", "SAR"},
    currency_mark{"QR", "QAR"},
    currency_mark{"KD", "KWD"},
    currency_mark{"BD", "BHD"},
    currency_mark{"JD", "JOD"},
    currency_mark{"DA", "DZD"},
    currency_mark{"DT", "TND"},
    currency_mark{"LE", "EGP"},
    currency_mark{"NIS", "ILS"},
    currency_mark{"KSh", "KES"},
    currency_mark{"KSH", "KES"},
    currency_mark{"Ksh", "KES"},
    currency_mark{"TSh", "TZS"},
    currency_mark{"TSH", "TZS"},
    currency_mark{"Tsh", "TZS"},
    currency_mark{"USh", "UGX"},
    currency_mark{"UGX", "UGX"},
    currency_mark{"RMB", "CNY"},
    currency_mark{"FCFA", "", "XAF XOF"},
    currency_mark{"CFA", "", "XAF XOF"},
    currency_mark{"Fr", "CHF", franc},
    currency_mark{"SFr", "CHF"},
    currency_mark{"sFr", "CHF"},
    currency_mark{"p", "GBP", pound, true},
};

/// Folded.
inline constexpr std::array folded_words{
    currency_mark{"kr", "", krone},
    currency_mark{"kronor", "SEK"},
    currency_mark{"kroner", "", "NOK DKK"},
    currency_mark{"rs", "", rupee},
    currency_mark{"rupees", "", rupee},
    currency_mark{"euro", "EUR"},
    currency_mark{"euros", "EUR"},
    currency_mark{"zł", "PLN"},
    currency_mark{"zl", "PLN"},
    currency_mark{"zloty", "PLN"},
    currency_mark{"złoty", "PLN"},
    currency_mark{"złotych", "PLN"},
    currency_mark{"kč", "CZK"},
    currency_mark{"kc", "CZK"},
    currency_mark{"lei", "", leu},
    currency_mark{"leu", "", leu},
    currency_mark{"лв", "BGN"},
    currency_mark{"лева", "BGN"},
    currency_mark{"руб", "", rouble},
    currency_mark{"рублей", "", rouble},
    currency_mark{"р", "", rouble},
    currency_mark{"rub", "RUB"},
    currency_mark{"грн", "UAH"},
    currency_mark{"тг", "KZT"},
    currency_mark{"тенге", "KZT"},
    currency_mark{"сум", "", som},
    currency_mark{"so'm", "UZS"},
    currency_mark{"дин", "RSD"},
    currency_mark{"din", "RSD"},
    currency_mark{"ден", "MKD"},
    currency_mark{"kn", "HRK"},
    currency_mark{"đ", "VND"},
    currency_mark{"vnđ", "VND"},
    currency_mark{"dollars", "USD", dollar},
    currency_mark{"dollar", "USD", dollar},
    currency_mark{"pesos", "", peso},
    currency_mark{"pounds", "GBP", pound},
    currency_mark{"francs", "", franc},
    currency_mark{"yen", "JPY"},
    currency_mark{"forint", "HUF"},
    currency_mark{"ريال", "", rial},
    currency_mark{"ریال", "", rial},
    currency_mark{"درهم", "", dirham},
    currency_mark{"دينار", "", dinar},
    currency_mark{"جنيه", "EGP"},
    currency_mark{"pence", "GBP", pound, true},
    currency_mark{"cents", "", "USD EUR CAD AUD NZD ZAR", true},
    currency_mark{"cent", "", "EUR USD", true},
    currency_mark{"ct", "", "EUR", true},
    currency_mark{"cts", "", "EUR USD", true},
    currency_mark{"centimes", "", "EUR CHF", true},
    currency_mark{"öre", "SEK", {}, true},
    currency_mark{"øre", "", "NOK DKK", true},
};

/// All that are in use; those behind the bar are read in small letters too.
inline constexpr std::string_view codes =
    "AFN ALL AMD ANG AOA AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BSD BTN BWP BYN BZD CDF COP CRC CUP CVE DJF DOP DZD "
    "EGP "
    "ERN ETB FJD FKP GEL GHS GIP GMD GNF GTQ GYD HNL HTG IQD IRR ISK JMD JOD KES KGS KHR KMF KWD KYD KZT LAK LBP LKR "
    "LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MZN NAD NGN NIO NPR OMR PAB PEN PGK PKR PYG QAR RSD RWF "
    "SBD "
    "SCR SDG SHP SLE SOS SRD SSP STN SYP SZL TJS TMT TND TOP TRY TTD TZS UGX UZS VES VUV WST XAF XCD XOF XPF YER ZMW "
    "ZWL "
    "| AED ARS AUD BGN BRL CAD CHF CLP CNY CZK DKK EUR GBP HKD HRK HUF IDR ILS INR JPY KRW MXN MYR NOK NZD PHP PLN RON "
    "RUB "
    "SAR SEK SGD THB TWD UAH USD UYU VND ZAR";

/// What stands before "$": a country, or the letter that the sign has from it.
inline constexpr std::pair<std::string_view, std::string_view> countries[] = {
    {"US", "USD"},  {"AU", "AUD"},  {"CA", "CAD"},  {"CAN", "CAD"}, {"CDN", "CAD"}, {"NZ", "NZD"}, {"HK", "HKD"},
    {"NT", "TWD"},  {"SG", "SGD"},  {"MX", "MXN"},  {"MEX", "MXN"}, {"AR", "ARS"},  {"CL", "CLP"}, {"COL", "COP"},
    {"UY", "UYU"},  {"RD", "DOP"},  {"TT", "TTD"},  {"BZ", "BZD"},  {"EC", "XCD"},  {"FJ", "FJD"}, {"JA", "JMD"},
    {"A", "AUD"},   {"C", "CAD"},   {"S", "SGD"},   {"R", "BRL"},   {"N", "NAD"},   {"J", "JMD"},  {"B", "BND"},
    {"Mex", "MXN"}, {"Can", "CAD"}, {"Cdn", "CAD"},
};

} // namespace vigie::currency_tables
