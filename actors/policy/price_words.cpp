#include "actors/policy/price_words.hpp"

#include <array>
#include <string>

#include "actors/policy/unicode.hpp"

namespace vigie {

namespace {

struct word_list {
  word_role role;
  std::string_view words; ///< folded and without accents, each between blanks
};

constexpr std::array lists{
    word_list{
        word_role::intro,
        " ab between entre from nur only just now jetzt price preis prix precio prezzo preco prijs pris cena cijena "
        "hind kaina ar "
        "fiyat fiyati harga gia цена ціна starting at um fur for fra od desde partir dal da de del of von van vanaf "
        "nu nun solo seulement soltanto apenas slechts kun bara endast tylko teraz od от всего только zaledwie "
        "sale special offer angebot aktion deal today heute total summe gesamt totale somme tot le la el il lo der "
        "die das includes mwst ust vat tax taxes gst tva iva ttc btw moms dph pdv "
        "kdv ppn ndc steuer steuern envelope approx ca circa etwa environ about ungefahr nearly "
        "neu new best bester lowest hot our unser ihr your my sonderpreis endpreis festpreis kaufpreis vb vhb fp "
        "verhandlungsbasis obo ono negotiable firm fix sofort kaufen buy it gebot bid aktuelles current "
        "estimated is pay zahlen kosten kostet costs coute cuesta costa kost pvp pvpr "
        "税込 税抜 税込み 税別 価格 定价 售价 价格 现价 약 판매가 السعر سعر all in im al au pour the "
        "起 から より 부터 "},
    word_list{
        word_role::label,
        " size størrelse grosse groesse gr taille talla talle tamanho taglia maat str storrelse storlek rozmiar "
        "velikost "
        "koko meret razmer размер nr no nº n° num number nummer numero numer art artikel artnr ref reference model "
        "modell modele modelo pos lot lote pack set satz paket eu uk vol volume band tome teil part page seite "
        "№ sku ean isbn tel phone us "},
    word_list{
        word_role::aside_before,
        " save saves saving savings spare spart sparen ersparnis ersparen sparst ahorra ahorras "
        "ahorre ahorro economisez economise economie risparmi risparmia sconto desconto economize "
        "poupe bespaar besparing spara spar usetrite oszczedzasz скидка экономия coupon gutschein voucher "
        "bon cashback statt uvp rrp msrp instead vorher bisher ehemals zamiast ursprunglich originally before over "
        "above spend orders mindestbestellwert minimum min rate raten monatsrate down pawn "
        "kaution caution statiegeld consigne borg pant zzgl plus extra additional "
        "delivery port "
        "installments instalments payments raty cuotas parcelas mensualites mensualidades mensualites emi was "
        "antes vorherige ehem listenpreis listprice barre "
        "dont davon darin waarvon list compare comparable conseille regular reg mrp ord ordinarie før innan orig "
        "interes juros interest zinsfrei 送料 配送料 运费 邮费 배송비 "},
    word_list{word_role::aside_after,
              " off gespart saved gunstiger cheaper reduziert rabais less weniger moins sparvorteil downpayment "},
    word_list{
        word_role::aside,
        " rabatt rabat rabatte korting sleva zlava popust indirim kedvezmeny versand versandkosten shipping delivery "
        "postage lieferung livraison envio spedizione verzending frete frakt doprava доставка dostawa porto pfand "
        "deposit kaution anzahlung "
        "remise reduction descuento discount participation ecotaxe recupel szallitas "},
    word_list{word_role::yields,
              " netto net excl exkl ex exc exclusive hors ht zonder excluding grundpreis unitprice bez без sin "},
    word_list{
        word_role::free,
        " free gratis kostenlos frei kostenfrei included inklusive inkl incl including inc inclusa incluse inclus "
        "offert offerte gratuit gratuite gratuito gratuita бесплатно zdarma darmowa incluido "},
    word_list{word_role::per, " per pro par por je p pr za na each every cada "},
    word_list{
        word_role::time,
        " mo month months monthly mth man pm pcm monat monate monatlich mtl monatl mois mensuel mes meses mensual "
        "mensuales "
        "mensais mensal mese mesi mensile mensili maand mnd maned manad miesiac miesiecznie mies mesic mesicne мес "
        "месяц week weeks weekly wk pw woche wochen wochentlich semaine semana settimana week uke vecka tydzien год "
        "year years yearly yr annum annual annually pa jahr jahre jahrlich an ans ano anos anno jaar ar rok rocznie "
        "月 年 월 月々 月額 每月 "},
    word_list{word_role::days,
              " tage tagen tag days day jours jour giorni giorno dias dia dagen dag dage dagar dager dni dnu "
              "nap zile paivaa дней дни "},
    word_list{word_role::range, " to bis ate und and et y e i do til till tot tm до и или or oder ou o through thru "},
    word_list{word_role::either, " a "},
    word_list{word_role::magnitude, " k m mn b mio mill million millions millionen millones milhoes milioni mln млн "
                                    "тыс tys tsd bn mrd billion lakh lakhs "
                                    "lac crore crores cr mil jt juta rb ribu tr trieu 万 億 千 萬 만 "},
    word_list{word_role::times, " x × "},
};

} // namespace

word_role role_of(std::string_view word) {
  auto key = " " + strip_accents(case_fold(word)) + " ";
  for (const auto& [role, words] : lists)
    if (words.find(key) != words.npos)
      return role;
  return word_role::unknown;
}

} // namespace vigie
