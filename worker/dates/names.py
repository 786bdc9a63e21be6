"""How the region's languages call months and clocks. Data; a new language is a new line."""

from __future__ import annotations

# Month names by language, in January's to December's order: nominative, forms used in dates, abbreviations.
MONTHS = {
    "en": "january,jan february,feb march,mar april,apr may june,jun july,jul august,aug september,sep,sept "
    "october,oct november,nov december,dec",
    "ru": "январь,января,янв февраль,февраля,фев,февр март,марта,мар апрель,апреля,апр май,мая июнь,июня,июн "
    "июль,июля,июл август,августа,авг сентябрь,сентября,сен,сент октябрь,октября,окт ноябрь,ноября,ноя,нояб "
    "декабрь,декабря,дек",
    "hy": "հունվար,հունվարի,հնվ,հուն,հունվ փետրվար,փետրվարի,փտվ,փետ,փետր մարտ,մարտի,մրտ,մար ապրիլ,ապրիլի,ապր "
    "մայիս,մայիսի,մյս,մայ հունիս,հունիսի,հնս հուլիս,հուլիսի,հլս,հուլ օգոստոս,օգոստոսի,օգս,օգո,օգոստ "
    "սեպտեմբեր,սեպտեմբերի,սեպ,սեպտ հոկտեմբեր,հոկտեմբերի,հոկ,հոկտ նոյեմբեր,նոյեմբերի,նոյ,նոյեմ "
    "դեկտեմբեր,դեկտեմբերի,դեկ,դեկտ",
    "az": "yanvar,yanvarın,yan fevral,fevralın,fev mart,martın,mar aprel,aprelin,apr may,mayın iyun,iyunun,iyn "
    "iyul,iyulun,iyl avqust,avqustun,avq sentyabr,sentyabrın,sen,sent oktyabr,oktyabrın,okt noyabr,noyabrın,noy "
    "dekabr,dekabrın,dek",
    "ka": "იანვარი,იანვრის,იანვარს,იან თებერვალი,თებერვლის,თებერვალს,თებ,თებერ მარტი,მარტის,მარტს,მარ "
    "აპრილი,აპრილის,აპრილს,აპრ მაისი,მაისის,მაისს,მაი ივნისი,ივნისის,ივნისს,ივნ "
    "ივლისი,ივლისის,ივლისს,ივლ აგვისტო,აგვისტოს,აგვ "
    "სექტემბერი,სექტემბრის,სექტემბერს,სექ,სექტ ოქტომბერი,ოქტომბრის,ოქტომბერს,ოქტ ნოემბერი,ნოემბრის,ნოემბერს,ნოე,ნოემ "
    "დეკემბერი,დეკემბრის,დეკემბერს,დეკ",
    "tr": "ocak,oca şubat,şub mart,mar nisan,nis mayıs haziran,haz temmuz,tem ağustos,ağu eylül,eyl ekim,eki "
    "kasım,kas aralık,ara",
    "uk": "січень,січня,січ лютий,лютого,лют березень,березня,бер квітень,квітня,кві травень,травня,тра "
    "червень,червня,чер липень,липня,лип серпень,серпня,сер вересень,вересня,вер жовтень,жовтня,жов "
    "листопад,листопада,лис грудень,грудня,гру",
    "de": "januar,jänner februar,feber märz,mär april mai juni juli august september oktober november dezember,dez",
    "fr": "janvier,janv février,févr,fév mars avril,avr mai juin juillet,juil août septembre octobre "
    "novembre décembre,déc",
    "es": "enero,ene febrero marzo abril,abr mayo junio julio agosto,ago septiembre,setiembre octubre noviembre "
    "diciembre,dic",
    "it": "gennaio,gen febbraio marzo aprile maggio,mag giugno,giu luglio,lug agosto settembre,set ottobre,ott "
    "novembre dicembre",
    "pt": "janeiro fevereiro,fev março abril maio,mai junho julho agosto setembro outubro,out novembro dezembro",
    "nl": "januari februari maart,mrt april mei juni juli augustus september oktober november december",
    "pl": "styczeń,stycznia,sty luty,lutego,lut marzec,marca kwiecień,kwietnia,kwi maj,maja czerwiec,czerwca,cze "
    "lipiec,lipca,lip sierpień,sierpnia,sie wrzesień,września,wrz październik,października,paź listopad,listopada,lis "
    "grudzień,grudnia,gru",
    "fa": "ژانویه فوریه مارس آوریل مه ژوئن ژوئیه,جولای اوت,آگوست سپتامبر اکتبر نوامبر دسامبر",
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
}

# The months of the Iranian calendar, from farvardin (March and April) on.
IRANIAN_MONTHS = "فروردین اردیبهشت خرداد تیر مرداد,امرداد شهریور مهر آبان آذر دی بهمن اسفند"

# Hours from UTC. AMT is Armenia's here, as the Amazon's feeds are none of ours; IST and CST mean too many things.
ZONES = {
    "z": 0.0, "ut": 0.0, "utc": 0.0, "gmt": 0.0, "wet": 0.0, "west": 1.0, "bst": 1.0, "cet": 1.0,
    "cest": 2.0, "mez": 1.0, "mesz": 2.0, "eet": 2.0, "eest": 3.0, "msk": 3.0, "мск": 3.0, "msd": 4.0,
    "trt": 3.0, "tsi": 3.0, "azt": 4.0, "azst": 5.0, "amt": 4.0, "amst": 5.0, "get": 4.0, "gst": 4.0,
    "samt": 4.0, "irst": 3.5, "irdt": 4.5, "ast": -4.0, "adt": -3.0, "est": -5.0, "edt": -4.0, "cdt": -5.0,
    "mst": -7.0, "mdt": -6.0, "pst": -8.0, "pdt": -7.0, "jst": 9.0, "kst": 9.0,
}  # fmt: skip
# … and of the cities whose clocks the region's texts name: "по московскому времени", "Bakı vaxtı ilə", "Tbilisi time".
# Stems, folded; what follows them says "time". No city stands here whose clocks change twice a year.
CITY_ZONES = {
    "moscow|москов|москва|москве|moskva|moskova|մոսկվայի|მოსკოვის|مسکو": 3.0,
    "türkiye|turkey|istanbul|ankara|турецк|стамбул|анкар|анкары|თურქეთის|թուրքիայի|استانبول": 3.0,
    "tehran|tahran|тегеран|թեհրանի|თეირანის|تهران": 3.5,
    "yerevan|armenian?|irəvan|erivan|ереван|армянск|երևանի|երեւանի|ერევნის|ایروان": 4.0,
    "baku|azerbaijani?|bakı|bakü|баку|бакин|азербайджанск|բաքվի|ბაქოს|باکو": 4.0,
    "tbilisi|georgian?|tiflis|тбилис|грузинск|թբիլիսի|თბილისის|تفلیس": 4.0,
    "greenwich|гринвич|qrinviç|գրինվիչի|გრინვიჩის|گرینویچ": 0.0,
}

# What may stand beside a date without saying anything: weekdays and towns are not listed.
BESIDE_DATES = (
    "published updated posted modified created on at date time local by uhr um le de à del год года г гг в от "
    "время времени по опубликовано обновлено дата թ թվական թվականի ժամը ժամ հրապարակվել հրապարակված է saat saatı "
    "saatlı il ilin ili cü cu cı ci dərc olunub tarix tarixi yenilənib yayın yayınlanma yayınlandı güncelleme "
    "güncellendi tarihi tarih წ წლის წელი საათი საათზე გამოქვეყნდა თარიღი am pm a p m ساعت"
)
