// The words of actors/policy/price_words.hpp, folded and without accents, or as they stand. Seen by price_words.cpp
// only.
#pragma once

#include <array>
#include <string_view>

#include "actors/policy/price_words.hpp"

namespace vigie::price_word_lists {

struct word_list {
  word_role role;
  std::string_view words; ///< each between blanks
};

inline constexpr std::array lists{
    word_list{
        word_role::intro,
        " notre nos nostro nuestro nosso onze nasza nase soit di any ab price prices preis preise prix precio "
        "precios prezzo prezzi preco precos prijs prijzen pris priser priset prisen cena cene ceny cijena hind "
        "kaina ar fiyat fiyati harga gia цена цены ціна τιμη pret pretul hinta endpreis festpreis kaufpreis "
        "verkaufspreis barpreis verkoopprijs från from starting at um fra desde partir dal da de del d of von van "
        "vanaf od от від απο am der die das den dem des the le la les el il lo los las all in im al au our unser "
        "ihr your my you sie du vous tu nous hot neu new best bester besten bestpreis tiefstpreis niedrigster "
        "lowest najnizsza nejnizsi lagsta laagste ostatnich przed obnizka obnizki poslednich senaste letzten "
        "letzte last derniers dernier bas ultimi ultimos bajo basso reduced discounted herabgesetzt ridotto "
        "rebajado barato after nach apres dopo despues efter vb vhb fp verhandlungsbasis obo ono negotiable firm "
        "fix fixed envelope approx ca circa etwa environ about ungefahr nearly is pay zahlen kosten kostet costs "
        "coute cuesta costa kost pvp noch ndc already alk από • ● · ▪ ■ ◆ ✓ ✔ ✅ 🔥 价格 售价 价 約 约 価格 販売価格 약 "
        "판매가 가격 السعر "
        "سعر 起 から より 부터 送料無料 送料込 送料込み 包邮 包郵 免運 무료배송 ihre ihren dein unsere unserer su seu "
        "vase on est sind ist "
        "sono stock lager lieferbar warenkorb add cart basket disponible disponibile disponivel skladem skladom "
        "dostepny raktaron unverbindliche herstellers empfohlener empfohlene ราคา ราคาพิเศษ artikelpreis "
        "aktueller neuer neues once bar cash contanti k.k. v.o.n. fiyatı schnappchen knaller tiefpreis hammerpreis "
        "toppreis bargain great drop купить купити value på het kaltmiete warmmiete miete nettokaltmiete duo "
        "instant zu etait era wynosila wynosi byla je vista order purchase bestellung bestelling bestallning "
        "zamowienie pedido ordine commande compra "
        "achat "
        "acquisto zakup tilaus ordre objednavka rendeles "},
    word_list{word_role::span, " between entre zwischen tra mellem mellan miedzy mezi izmedu между між "},
    word_list{
        word_role::now,
        " новая novo nueva nuevo nuova nuovo nouveau nouvelle nova nove nowa scontato nur only just now jetzt nu "
        "nun solo seulement soltanto apenas slechts kun bara endast tylko teraz только zaledwie sale special offer "
        "angebot aktion deal today heute sonderpreis aktionspreis angebotspreis ahora hoy maintenant aujourdhui "
        "oggi adesso agora hoje nyni ted akce akcia akcios promo promocja promocyjna promocao promotion promozione "
        "oferta offre offerta aanbieding tilbud erbjudande rea tarjous nyt vain kampanja kampanya indirimli simdi "
        "sadece сейчас теперь акция зараз тепер акція τωρα μονο acum doar most csak samo sada jen len iba sales "
        "clearance for fur pour voor για → ➜ ➔ ➡ ⇒ ► 今だけ 特価 セール セール価格 现价 特价 折后价 券后价 到手价 現價 "
        "特價 할인가 판매가격 black "
        "friday tilbudspris kampanjpris reapris tarjoushinta promocional wyprzedaz vyprodej zlavnena soldes solde "
        "saldi rebajas liquidacion outlet onlinepreis nå nou noul noua uusi 新価格 セール特価 ลดเหลือ เหลือ akciova "
        "τελικη "
        "aktualna huidige actuel actuelle actual attuale atual nuvarande nykyinen aktuelle jelenlegi "
        "nieuwe yeni atual 特別価格 特価価格 "},
    word_list{word_role::claim,
              " total totals summe gesamt gesamtpreis insgesamt totale somme totaal totalt celkem spolu razem osszesen "
              "yhteensa toplam итого всего разом συνολο 合計 合计 总价 총 합계 bid bids gebot hochstgebot startgebot "
              "startpreis "
              "current aktuelles aktuell highest estimated estimate schatzpreis sofortkauf sofort kaufen buy it puja "
              "enchere attuale licytacja bud estimation estimacion stima "},
    word_list{word_role::label,
              " size størrelse grosse groesse gr taille talla talle tamanho taglia maat str storrelse storlek rozmiar "
              "velikost koko meret razmer размер nr no nº n° num number nummer numero numer art artikel artnr ref "
              "reference model modell modele modelo pos lot lote pack set satz paket eu uk vol volume band tome teil "
              "part page seite № sku ean isbn tel phone us "},
    word_list{
        word_role::unit,
        " kg g mg kilo kilos kilogram kilogramm gram gramm grams gramme grammes gramas hg dkg lb lbs oz l lt ltr "
        "liter litre liters litres litro litros litri ml cl dl hl cm mm km m2 m3 qm m² sqm sqft ft mi mile miles "
        "kwh gb tb mb zoll inch inches watt w stuck stueck stk stck st styck pcs pc pce piece pieces pieza piezas "
        "pezzo pezzi pz peca pecas un ud uds unidad unidades unidade unit units unite unites unita stuks stuk "
        "sztuk szt sztuka sztuki ks kus kusu kusov db darab шт штук штука штуки kpl kappale adet tane buc bucata "
        "τεμ τεμαχιο ea packs packung packungen beutel flasche flaschen fl bottle bottles bouteille bouteilles "
        "botella botellas garrafa bottiglia fles flessen dose dosen can cans kiste kisten kasten karton case box "
        "boxes rolle rollen roll rolls blatt sheet sheets paar pair pairs paire paires heft hefte nacht nachte "
        "night nights nuit nuits nuitee noche noches notte notti noite noites natt natten nat doba noc nocy noci "
        "éjszaka ejszaka ночь ночи сутки person personen persons pers pp personne personnes persona personas "
        "persone pessoa pessoas persoon personer osoba osoby osob fo henkilo guest guests hour hours hr h std "
        "stunde stunden heure heures hora horas ora ore uur timme timmar час ticket tickets karte karten billet "
        "billets entrada entradas biglietto bilet bilety билет bewertungen bewertung reviews review rating ratings "
        "avis resenas recensioni beoordelingen verfugbar available left stars sterne 個 本 枚 袋 箱 盒 件 只 斤 公斤 "
        "克 千克 升 瓶 "
        "ounce ounces fluid count counts load loads wash washes waschgang waschladung tablet tablets tablette "
        "tabletten "
        "capsule capsules kapsel kapseln serving servings dose doses wipe wipes diaper diapers bag bags pod pods bar "
        "bars "
        "份 人 名様 泊 晚 夜 点 台 개 병 장 명 박 tonne ton rm srm bund topf portion portie porcja porcion glas glass "
        "verre "
        "becher tasse schale barquette bac sachet sack tute tube lata bolsa docena dozen pallet palette platz seat "
        "seats zimmer room rooms chambre habitacion camera pokoj kamer minute ha pt pint gal gallon qt count yd "
        "yard kilometer kilometre sq mq vnt gab teilig tlg items item stucke portionen zi wohnflache "},
    word_list{
        word_role::old,
        " ursprunglicher ursprunglichen oorspronkelijke pierwotna ursprungliga oprindelige opprinnelige alkuperainen "
        "povodna war upe pieno prp was were statt anstatt instead uvp rrp msrp srp mrp 定价 vorher bisher bislang "
        "ehemals "
        "zamiast ursprunglich originally original originale originalpreis antes vorherige ehem np neupreis "
        "listenpreis listprice list barre conseille reg regular regularna ord ordinarie før førpris forpris innan "
        "orig avant ancien ancienne anterior prima anziche invece lieu lugar vez plaats eerst adviesprijs tidigare "
        "norm ovh aiemmin bezna puvodne puvodni povodna povodne misto namiesto stara stary eredeti regi vechi "
        "vechiul initial eski вместо раньше старая було замість стара αρχικη αντι πριν compare comparable retail "
        "previously prev stedet 定価 原価 原价 原價 通常価格 参考価格 市场价 划线价 정가 정상가 preisempfehlung "
        "empfehlung ladenpreis "
        "normalpreis normaal normale normal normalny normalna katalogowa katalogpreis listino habitual ppc "
        "sugerowana rynkowa doporucena odporucana ajanlott suositushinta veil veiledende vejl vejledende "
        "normalpris ordinariepris tidligere liste piyasa λιανικη обычная розничная звичайна メーカー希望小売価格 "
        "市場價 建議售價 "
        "소비자가 시중가 goc alter alte gammel gammal vanha lista catalogue usual usually ราคาปกติ recomendado "
        "recomendada consigliato recommended suggested recommande raccomandato aanbevolen pvpr ipv i.p.v. barrato "
        "public fruher fruherer oude antigo antiguo normaalihinta vecchio u.p. eskiden 通常 通常販売価格 "},
    word_list{word_role::besides,
              " zzgl zuzuglich plus extra additional additionally mas piu mais oltre ekstra tillkommer "},
    word_list{
        word_role::aside_before,
        " pesinat enganche mensualidad аванс предоплата save saves saving savings spare spart sparen ersparnis "
        "ersparen sparst ahorra ahorras ahorre ahorro economisez economise economie risparmi risparmia economize "
        "economiza poupe bespaar besparing spara spar usetrite oszczedzasz oszczedz экономия by over above spend "
        "orders mindestbestellwert mindestbestellung minimum min before rate raten monatsrate pawn installments "
        "instalments payments payment raty rata cuotas cuota parcelas mensualites mensualidades emi financing "
        "finanzierung financement leasing leasingrate lease trade tradein interes juros interest zinsfrei 送料 配送料 "
        "運費 运费 邮费 税額 배송비 택배비 finance finanzierbar finanzieren finanzierungsrate ratenzahlung ratenkauf "
        "taksit "
        "splatka splatky torleszto havi delbetala avbetaling delbetaling osamaksu рассрочка кредит взнос 月供 首付 "
        "分期 "
        "定金 订金 頭金 保証金 敷金 礼金 管理費 共益費 보증금 월세 할부 affirm klarna afterpay until exceeding "
        "mindestbetrag threshold minimo minima minimale minimalne minimalna minimala minimi mindestens unter under "
        "below "
        "beneath sotto onder ponizej powyzej uber ueber boven abajo debajo maximum maximal maximo massimo hochstens "
        "upto "
        "legfeljebb legalabb yli acima budget plazos "},
    word_list{
        word_role::aside_after,
        " off meno gespart saved gunstiger cheaper reduziert rabais less weniger moins menos sparvorteil downpayment "
        "helyett felett folott 以上送料無料 以上で送料無料 yerine taniej levnejsi mehr more minder mniej mindre fewer "
        "以下 以内 未満 まで 以上 이하 이상 "
        "까지 미만 "},
    word_list{
        word_role::aside,
        " reservierungsgebuhr bearbeitungsgebuhr vorverkaufsgebuhr booking reserva reservation caparra core charge "
        "rabatt rabat rabatte korting sleva zlava popust indirim kedvezmeny sconto desconto remise reduction "
        "descuento discount alennus reducere скидка знижка εκπτωση coupon coupons cupon cupom gutschein gutscheine "
        "voucher bon buono kupon kupong kuponki rebate cashback versand versandkosten versandkostenpauschale "
        "shipping delivery handling postage post porto port lieferung lieferkosten livraison envio envios gastos "
        "spedizione spese verzending verzendkosten bezorgkosten frete frakt fragt doprava dopravne доставка "
        "доставки доставку dostawa dostawy dostava wysylka przesylka szallitas szallitasi kargo ongkir toimitus "
        "toimituskulut postikulut transport livrare livrarea μεταφορικα pfand deposit deposito kaution caution "
        "cauzione fianza kaucja kauce borg statiegeld consigne pant pantti anzahlung acompte arrhes anticipo "
        "acconto aanbetaling zaloha zaliczka forskott sinal senal down participation part ecotaxe eco recupel fee "
        "fees gebuhr gebuhren servicegebuhr frais taxa taxas tasa tasas commission provision insurance "
        "versicherung assurance seguro assicurazione forsakring nachnahme nachnahmegebuhr nebenkosten nk charges "
        "cleaning endreinigung reinigung zustellung transportkosten fracht expressversand aufpreis surcharge "
        "supplement supplemento suplemento toeslag tillagg tillæg tillegg doplatek priplatek doplata bonus pramie "
        "trinkgeld tip kurtaxe ortstaxe parking parkgebuhr maklerprovision courtage uberfuhrung uberfuhrungskosten "
        "zulassungskosten montage montaggio installation setup activation anschlusspreis credit recycling "
        "lieferpauschale bearbeitung umweltabgabe leergut dostavka przesylki poplatek oplata комиссия залог "
        "депозит vorauszahlung vorkasse stornogebuhr prepayment sped spediz przesyłka wysyłka opłata opłaty "
        "postovne balne kargosu resort dossier preisgeld "},
    word_list{
        word_role::tax,
        " mwst mehrwertsteuer ust vat tax taxes gst hst tva iva moms mva alv btw dph pdv kdv ppn afa steuer steuern "
        "ндс пдв фпа φπα 税 消費税 "},
    word_list{
        word_role::net,
        " netto net nett excl exkl ekskl eksl ex exc exclusive hors ht zonder excluding excluida excluido bez без "
        "sin ohne sans senza sem utan uden uten without 税抜 税抜き 税別 税别 未税 本体 本体価格 "},
    word_list{word_role::gross, " ttc brutto gross bruto 税込 税込み 含税 "},
    word_list{
        word_role::yields,
        " jfr grundpreis unitprice stuckpreis einzelpreis kilopreis literpreis jamforpris jmfpris jfrpris jmf g당 "
        "kg당 ml당 l당 개당 個あたり gあたり "},
    word_list{word_role::included,
              " comprises incluidas inclusos sis included includes z s med z s med em inklusive inklusiv inkl incl "
              "including inc inclusa incluso incluse inclus incluido incluida incluidos inclusief ink s med compris "
              "comprese comprise compreso dont davon darin waarvon dahil enthalten compresa inbegriffen ingår ingar "
              "mukana "},
    word_list{word_role::free,
              " free gratis kostenlos frei kostenfrei offert offerte gratuit gratuite gratuito gratuita бесплатно "
              "безкоштовно zdarma darmowa darmo ilmainen ingyenes ucretsiz 無料 免费 무료 versandkostenfrei portofrei "
              "gratisversand fri fritt безплатна безплатно δωρεαν tasuta kostenloser kostenlose kostenfreie gratuits "
              "gratisfrakt "},
    word_list{word_role::per, " per pro par por je p pr za na each every cada ogni "},
    word_list{
        word_role::time,
        " mo month months monthly mth man pm pcm monat monate monatlich mtl monatl mois mensuel mensuelle mes meses "
        "mensual mensuales mensais mensal mese mesi mensile mensili maand maandelijks mnd maned manad manaden "
        "miesiac miesiecznie mies mesic mesicne мес месяц міс міс. ay aylik luna kk week weeks weekly wk pw woche "
        "wochen wochentlich semaine semana settimana uke vecka tydzien год year years yearly yr annum annual "
        "annually jahr jahre jahrlich an ans ano anos anno jaar rok rocznie 月 年 월 月々 月額 每月 monatliche "
        "monatlicher "
        "maandbedrag havonta honap fortnight quarter quartal trimestre semester semestre mesicni miesieczna "
        "mensalidade kuukausi kuukaudessa viikko viikossa vuosi vuodessa tyden tydne semaines semanas settimane "
        "maanden weken wochenende ayda haftalik hafta yillik yil неделя неделю месец рік тиждень місяць μηνα μηνας "
        "ετος "
        "luni lunar mjesecno mjesec mesecno mesec mesiac mesacne kuus menesi 개월 매월 年額 週 annuo anual anuale "
        "p.a. "},
    word_list{word_role::days,
              " tage tagen tag days day jours jour giorni giorno dias dia dagen dag dage dagar dager dni dnu nap zile "
              "paivaa дней дни дня "},
    word_list{
        word_role::range,
        " to bis ate till til tot tm do до through thru up hasta fino jusqu jusque jusqua sampai kuni iki lidz μεχρι "},
    word_list{word_role::also, " und et and y e i и та og och en ve si και "},
    word_list{word_role::choice, " or oder ou o eller lub nebo alebo vagy sau veya или або 或 또는 "},
    word_list{word_role::either, " a "},
    word_list{word_role::magnitude,
              " k m mn b mio mill million millions millionen millones milhoes milioni mln млн тыс тис tys tsd bn mrd "
              "billion lakh lakhs lac crore crores cr mil jt juta rb ribu tr trieu 万 億 千 萬 만 亿 억 천 "
              "thousand thousands tausend duizend tusen tusind mila mille milyon milyar milhao bilhao bilhoes bilhão "
              "miljoen miljoner miljon miljard miljarder miljoonaa tuhatta miliar triliun milion miliony milionow "
              "milionu millio milliard milliards milliarden milliarde millon milione lacs lak karod "
              "миллион миллиона миллионов миллиард тысяч тысячи тысяча мільйон мільйона мільйонів тисяч nghin ngan ty "
              "लाख करोड़ करोड़ हज़ार हज़ार हजार লাখ লক্ষ কোটি হাজার ล้าน แสน หมื่น พัน מיליון אלף אלפים مليون ألف "
              "مليار میلیون هزار "},
    word_list{word_role::times, " x × "},
};

} // namespace vigie::price_word_lists
