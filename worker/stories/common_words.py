"""Words that tell no event from another, or little: a language in, the words that its news use everywhere out.

Function words, and what reporters say of reporting ("according to", "сообщает", "հայտնել է"), are left out of every
comparison. Topics ("parliament", "police", "Baku") stand in a headline in five, and count for less. Written by hand as
they stand in a text, lower case; so no count over the log is needed, and a word weighs the same in every process.
"""

from __future__ import annotations

_WORDS = {
    "en": """
        a about after again against all also am an and any are as at back be because been before being between both
        but by can could did do does for from get got had has have he her here him his how i if in into is it its
        just last like made make may me might more most must my near new news no not now of off on one only or other
        our out over own said same say says see she should since so some still such than that the their them then
        there these they this those through time to today told too two under until up us very via was watch we were
        what when where which while who whom whose why will with would year years you your according report reported
        reports first people amid among during three week month day days
    """,
    "ru": """
        а без более бы был была были было быть в вам вас весь во вот все всего всех вы где году год года да два для
        до его ее если есть еще же за здесь из или им их к как какой когда кто ли лет между меня мне много может
        можно мы на над надо нас не него нее нет ни них но о об однако он она они оно от очень перед по под после
        потом потому почти при про раз с сам свои своей свою своего своих себя сейчас сегодня со так также там тем
        тех то того тоже только том тот три тут ты у уже хотя чего человек чем через что чтобы эта эти это этого
        этой этом эту я который которая которое которые которых которого которой был время данным сообщил сообщила
        сообщили сообщает сообщается сообщению заявил заявила заявили рассказал рассказала рассказали отметил
        отметила словам пишет передает ранее напомним новости около стало стал будет будут этот
    """,
    "uk": """
        а або але без був була були було в вже все від він вона вони воно до для з за зі та й його її їх і із на не
        ні но о об під по при про своїх свою та так також те то тому тільки у цей це ця ці через чи що щоб як який
        яка які якого року рік повідомив повідомили повідомляє заяви заявив заявила
    """,
    "hy": """
        ա այդ այն այնպես այս այսօր անգամ առ առաջ առանց ապա արդեն բայց բոլոր դեպի դեռ դրա ե եթե ենք են եմ ես է էին էր
        ըստ ի ինչ ինչպես իսկ իր իրեն իրենց կամ կարող կարծիքով կողմից հա հա հետ հետո համար համաձայն հայտնել հայտնում
        հայտարարել հայտարարեց ասել ասաց ասում միայն միջև միչև մյուս մասին մեջ մեկ մեր մեկը նա նաև նախ նման նոր նրա
        նրանք նշել նշեց շատ ում ու ունի պետք պիտի որ որը որի որպես որոնք որտեղ չի չէ չեն վրա տալիս տեղի տարի տարվա
        թե թեև եւ և երկու երեկ ժամանակ լինի լինել եղել սա սակայն այժմ գրում փոխանցում հաղորդում
    """,
    "ka": """
        ა ადამიანი ამ ამის ამას ამბობს აღნიშნა აღნიშნულ ახალი ახლა ან არ არა არის არიან ასევე ასე აქ აქვს აცხადებს
        განაცხადა გარდა გახდა და დღეს დღე ე ეს ესე ვერ ვინ თავის თავისი თანახმად თუ თქვა იმ იმის ინფორმაციით იყო
        იქნა იქნება იქ კი კიდევ მან მათ მათი მაგრამ მას მე მერე მესამე მის მისი მიერ მიმართ მხოლოდ მხრიდან ნაწილი
        ორი ოღონდ რა რამ რათა რაც როგორ როგორც რომ რომელიც რომელსაც რომლის რომლებიც როდესაც სადაც საქმე უკვე უნდა
        ყველა შემდეგ შესახებ შორის ცნობით წელს წლის წლის წლები ხოლო
    """,
    "az": """
        a ad amma artıq az bax belə beş bir biri bu buna bunu bunun bütün ci cu da daha də deyib deyil deyir edib
        edilib edir edəcək elə ən əgər ər görə gün həm hər hansı haqqında iki il ildə ilə ilin indi isə kimi ki
        lakin məlumat məlumata mı mi nə necə o olan olaraq olduğunu olub olunub olur onlar onun öz qarşı qədər sonra
        son təki tərəfindən üçün və var vaxt ya yalnız yeni yox zaman bildirib bildirir xəbər verir istinadən
        açıqlayıb
    """,
    "tr": """
        acaba ama ancak artık az bazı belki ben bile bir biri birçok biz böyle bu buna bunu bunun çok çünkü da daha
        de değil dedi diye dün eden ederek edildi etti en gibi göre gün hem her hiç için ile ilgili ilk ise iki
        kadar kendi ki kim mı mi mu mü ne neden nasıl o olan olarak oldu olduğu olduğunu on ona onu onun önce sonra
        son söyledi şey şu tarafından tüm var ve veya ya yana yani yapılan yeni yıl yok yüzde haber açıkladı
        belirtti bildirdi ifade
    """,
    "fa": """
        از است این آن با باید برای بر بود به تا تر خبر خود در را شد شده شود کرد کرده کند که گفت گزارش ما می نیز و
        های هم هر یک یا
    """,
    "de": """
        aber als am an auch auf aus bei bin bis das dass dem den der des die doch durch ein eine einem einen einer
        es für hat haben ich ihr im in ist ja kann mehr mit nach nicht noch nur oder sein sich sie sind so über um
        und uns unter vom von vor war was wegen wenn werden wie wird wir zu zum zur jahr jahre neue sagte laut
    """,
    "fr": """
        à au aux avec ce ces cette dans de des du elle en est et eu il ils je la le les leur lui mais même ne nous
        on ou où par pas plus pour qu que qui sa se ses son sont sur un une vous y été être après avant selon dit
        ans an deux contre entre
    """,
    "sv": """
        att av de den det du där efter eller en ett fram från för före ha hade han har hon i inte och om man med mot
        men nu när på sig ska som så till under ur ut var vi vid är över säger enligt nya år sedan
    """,
}

_TOPICS = {
    "en": """
        armenia armenian georgia georgian azerbaijan azerbaijani turkey turkish russia russian iran iranian
        baku yerevan tbilisi moscow ankara president prime minister ministry foreign defence defense
        government parliament lawmakers court police officials official state country countries national
        international region regional city district village capital people person man woman men women
        children citizens killed dead injured wounded death dies die arrested detained charged jailed
        accused suspect million billion percent price prices market company companies bank law bill vote
        election elections opposition party leader leaders talks meeting meets visit visits agreement agree
        deal sign signs military army soldiers forces troops war conflict attack crisis statement announces
        calls plan plans support held hold help high security european union euro world united nations work
        working opens open launch launches start begin begins end group part media social video photo photos
        news live update latest says warns top big major
    """,
    "ru": """
        армения армянский армении грузия грузинский азербайджан азербайджанский турция турецкий россия
        российский иран иранский баку ереван тбилиси москва анкара президент премьер министр министерство
        глава правительство парламент депутат суд полиция власти страна государство национальный
        международный регион город район село столица люди человек мужчина женщина дети граждане погибли
        погиб пострадали ранены умер убит задержан арестован обвинение подозрение миллион миллиард процент
        рубль доллар цена рынок компания банк закон выборы оппозиция партия лидер переговоры встреча
        встретился визит соглашение подписал военный армия солдат войска война конфликт кризис заявление
        призвал план поддержка безопасность европейский союз мир мировой объединенный работа открыл начал
        начало конец группа часть видео фото провести прошел прошла состоялся вырос выросли рост снизил
        увеличить принял получил новый стали первый крупный
    """,
    "hy": """
        հայաստան հայաստանի հայաստանում հայկական վրաստան վրացական ադրբեջան ադրբեջանական թուրքիա թուրքական
        ռուսաստան ռուսական իրան իրանական երևան բաքու թբիլիսի մոսկվա անկարա արցախ ղարաբաղ նախագահ վարչապետ
        նախարար նախարարություն արտաքին պաշտպանություն կառավարություն խորհրդարան ազգային ժողով պատգամավոր
        դատարան ոստիկանություն ոստիկան պաշտոնական պետություն պետական երկիր միջազգային տարածաշրջան մարզ քաղաք
        գյուղ մայրաքաղաք մարդ մարդիկ տղամարդ կին երեխա քաղաքացի զոհվել զոհ վիրավոր վիրավորվել մահացել մահ
        սպանվել ձերբակալվել կալանավորվել մեղադրանք միլիոն միլիարդ տոկոս դրամ դոլար գին շուկա ընկերություն
        բանկ օրենք ընտրություն ընդդիմություն կուսակցություն առաջնորդ բանակցություն հանդիպում հանդիպել այց
        համաձայնագիր ստորագրել զինված ուժեր բանակ զինծառայող պատերազմ հակամարտություն ճգնաժամ
        հայտարարություն կոչ ծրագիր աջակցություն անվտանգություն եվրոպական միություն աշխարհ միավորված աշխատանք
        բացվել սկսվել ավարտվել խումբ մաս տեսանյութ լուսանկար տեղի ունեցել կայացել ընդունել որոշում հարց
        իրավիճակ համագործակցություն քննարկել
    """,
    "ka": """
        საქართველო საქართველოს საქართველოში ქართული სომხეთი სომხური აზერბაიჯანი აზერბაიჯანული თურქეთი
        თურქული რუსეთი რუსული ირანი ირანული თბილისი ბაქო ერევანი მოსკოვი პრეზიდენტი პრემიერ მინისტრი
        პრემიერმინისტრი სამინისტრო მთავრობა პარლამენტი დეპუტატი სასამართლო სასამართლომ პოლიცია ოფიციალური
        სახელმწიფო სახელმწიფოს ქვეყანა ქვეყნის ეროვნული საერთაშორისო რეგიონი ქალაქი რაიონი სოფელი
        მუნიციპალიტეტი დედაქალაქი ადამიანი ადამიანები პირი პირები კაცი ქალი ბავშვი მოქალაქე მოქალაქეები
        დაიღუპა დაღუპული დაშავდა დაშავებული გარდაიცვალა მოკლეს დააკავეს დაკავება დაკავებული ბრალდება
        ბრალდებით ბრალი მილიონი მილიარდი პროცენტი ლარი დოლარი ფასი ბაზარი კომპანია ბანკი კანონი არჩევნები
        ოპოზიცია პარტია ლიდერი მოლაპარაკება შეხვედრა შეხვდა ვიზიტი შეთანხმება ხელი მოაწერა სამხედრო ჯარი
        ჯარისკაცი ომი კონფლიქტი კრიზისი განცხადება მოუწოდა გეგმა მხარდაჭერა უსაფრთხოება ევროპული ევროკავშირი
        ევროპა მსოფლიო გაეროს მუშაობა გაიხსნა დაიწყო დაიწყება დასრულდა ჯგუფი ვიდეო ფოტო ფოტოები შედეგად
        შედეგი დიდი ოდენობით უცხო წარმომადგენელი მიზნით მონაწილეობა მიღება ღონისძიება საზოგადოება
    """,
    "az": """
        azərbaycan azərbaycanın azərbaycanda ermənistan erməni gürcüstan gürcü türkiyə türk rusiya rusiyanın
        iran bakı bakıda irəvan tbilisi moskva ankara prezident prezidenti baş nazir nazirlik naziri
        nazirliyi hökumət parlament milli məclis deputat məhkəmə polis rəsmi dövlət ölkə ölkənin beynəlxalq
        region şəhər rayon rayonunda kənd paytaxt insan insanlar nəfər adam kişi qadın uşaq vətəndaş ölüb
        öldü həlak yaralanıb xəsarət xəsarətlər dünyasını saxlanılıb həbs ittiham milyon milyard faiz manat
        dollar qiymət bazar şirkət bank qanun seçki müxalifət partiya lider danışıqlar görüş görüşüb səfər
        saziş imzalandı imzalanıb hərbi ordu əsgər müharibə münaqişə böhran bəyanat çağırış plan dəstək
        təhlükəsizlik avropa ittifaq dünya birləşmiş iş açıldı açılıb başladı başlayıb bitdi qrup hissə
        video foto keçirilib olub verib alıb qəbul edib
    """,
    "tr": """
        türkiye türk ermenistan ermeni gürcistan gürcü azerbaycan rusya rus iran ankara bakü erivan tiflis
        moskova istanbul cumhurbaşkanı başkan başbakan bakan bakanlık bakanlığı hükümet meclis parlamento
        milletvekili mahkeme polis resmi devlet ülke ulusal uluslararası bölge şehir ilçe köy başkent insan
        kişi adam kadın erkek çocuk vatandaş öldü ölü yaralı yaralandı hayatını kaybetti şehit gözaltı
        tutuklandı gözaltına suçlama milyon milyar lira dolar fiyat piyasa şirket banka bankası merkez yasa
        kanun seçim muhalefet parti lider görüşme görüştü görüşmesi ziyaret anlaşma imzalandı imzaladı
        askeri ordu asker savaş çatışma kriz açıklama çağrı plan destek güvenlik avrupa birliği dünya
        birleşmiş çalışma çalışmalar açıldı başladı bitti grup video fotoğraf etti yaptı geldi
    """,
}
COMMON: dict[str, frozenset[str]] = {language: frozenset(words.split()) for language, words in _WORDS.items()}
TOPICS: dict[str, frozenset[str]] = {language: frozenset(words.split()) for language, words in _TOPICS.items()}


def common_words(language: str) -> frozenset[str]:
    """Words of `language` that are left out of a comparison; empty for a language without a list."""
    return COMMON.get(language, frozenset())


def topic_words(language: str) -> frozenset[str]:
    """Words of `language` that many events of its news share; empty for a language without a list."""
    return TOPICS.get(language, frozenset())
