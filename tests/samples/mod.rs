//! Short reports in many languages, written for the tests.
#![allow(dead_code, reason = "each test uses a part of it")]

/// Name of the language and text. Sentences end with their own marks; paragraphs are of one line.
pub const SAMPLES: [(&str, &str); 16] = [
    (
        "English",
        "The harbour board met on Tuesday to decide the future of the old crane. “Nobody wants it \
         scrapped,” said Dr. Amélie O’Hara, who has chaired the board since 3 May 2019. Repairs \
         would cost $3.5 million, or 14,000 crowns a metre.",
    ),
    (
        "German",
        "Die Straße am Fluß bleibt bis Freitag gesperrt, weil ein Kran umgestürzt ist. „Das war ein \
         großes Glück“, sagte die Sprecherin der Stadtwerke, Käthe Weißgerber. Am 3. Mai soll der \
         Verkehr wieder fließen.",
    ),
    (
        "French",
        "Le pont de l’Évêché restera fermé jusqu’à vendredi, a annoncé la mairie. « Nous n’avons \
         pas le choix », explique l’ingénieure Anaïs Lefèvre. Les œuvres du musée, évaluées à \
         2 millions d’euros, seront déplacées.",
    ),
    (
        "Spanish",
        "El puente seguirá cerrado una semana más, según confirmó el ministro. «¿Quién pagará las \
         obras?», preguntó la señora Núñez. El mañana del puerto depende de 40 pingüinos de acero.",
    ),
    (
        "Turkish",
        "Ilık bir İstanbul akşamında ışıklar yandı ve insanlar sahile indi. Belediye başkanı Işıl \
         Çağrıcı, köprünün cuma gününe kadar kapalı kalacağını söyledi. Bakım için 3 milyon lira \
         ayrıldı.",
    ),
    (
        "Greek",
        "Ο πρόεδρος είπε ότι ο λόγος του λαός ήταν σοφός και δίκαιος. Η γέφυρα θα μείνει κλειστή ως \
         την Παρασκευή, ανέφερε ο δήμαρχος Θεσσαλονίκης. Ποιος θα πληρώσει τους εργάτες; Κανείς \
         δεν ξέρει ακόμη.",
    ),
    (
        "Russian",
        "Сорок паромов ждали у входа в гавань, пока водолазы искали затонувшую баржу. «Мы \
         сделали всё, что могли», — сообщил капитан Ёлкин. Йодистый раствор обошёлся в 3 тысячи \
         рублей.",
    ),
    (
        "Polish",
        "Most pozostanie zamknięty do piątku, poinformował rzecznik portu. „Źle się stało”, \
         powiedziała Łucja Żółkiewska. Naprawa dźwigu pochłonie 5 milionów złotych.",
    ),
    (
        "Czech",
        "Přístav zůstane uzavřen do pátku, řekl mluvčí přístavní správy. Žádný trajekt nevyplul, \
         dokud potápěči nenašli potopený člun. Škoda dosáhne 12 milionů korun.",
    ),
    (
        "Vietnamese",
        "Cảng sẽ đóng cửa đến thứ Sáu, người phát ngôn của thành phố cho biết. Bốn mươi chiếc phà \
         đã chờ ngoài khơi suốt đêm. Việc sửa chữa cần khoảng ba triệu đồng.",
    ),
    (
        "Arabic",
        "انتظرت أربعون عبّارة خارج الميناء حتى الفجر. هل سيُفتح الجسر يوم الجمعة؟ قال المتحدث باسم \
         المدينة إنّ الإصلاح يحتاج إلى ثلاثة ملايين.",
    ),
    (
        "Hindi",
        "बंदरगाह बोर्ड ने मंगलवार को पुरानी क्रेन का भविष्य तय करने के लिए बैठक की। अधिकांश निवासी चाहते हैं कि \
         क्रेन को स्मारक के रूप में रखा जाए। फैसला गर्मियों के मेले से पहले आने की उम्मीद है।",
    ),
    (
        "Chinese",
        "港口管理局周三表示，潜水员在驳船残骸附近搜寻失踪的船员。四十艘渡轮在港外等候了一夜！大桥将关闭到星期五。",
    ),
    (
        "Japanese",
        "港の外では四十隻のフェリーが夜明けまで待っていた。「ガソリンが足りない」と船長は語った。修理には３００万円かかる。",
    ),
    (
        "Korean",
        "항만청은 화요일에 낡은 크레인의 미래를 논의했다. 여객선 마흔 척이 새벽까지 항구 밖에서 기다렸다. 다리는 \
         금요일까지 폐쇄된다.",
    ),
    ("Thai", "เรือข้ามฟากสี่สิบลำรออยู่นอกท่าเรือจนถึงรุ่งเช้า สะพานจะปิดจนถึงวันศุกร์ ค่าซ่อมแซมประมาณสามล้านบาท"),
];
