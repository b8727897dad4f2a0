//! Findings made by hand, for tests and for `examples/report.rs`: no engine ran.
//!
//! Articles are written with `|` between sentences, so that spans need no segmenter.

use std::time::Duration;

use retold::align::{Comparison, Feature, Kind, Match, Relation, Side};
use retold::span::{Span, covered};
use retold_report::{
    About, Article, Clusters, Evidence, Findings, Format, Note, Pair, Read, Run, Stage,
};
use serde_json::value::to_raw_value;
use xxhash_rust::xxh3::xxh3_128;

/// Owns what [`Findings`] borrows.
pub(crate) struct Sample {
    pub(crate) articles: Vec<Article>,
    pub(crate) pairs: Vec<Pair>,
    pub(crate) texts: Vec<Evidence<'static>>,
    pub(crate) clusters: Clusters,
    pub(crate) fields: Vec<String>,
}

/// Sentence numbers that correspond, with their kind and score.
type Aligned = (usize, usize, Kind, f32);

const COUNCIL: &str = "Harrow council votes to close its last public pool\n\n|\
Harrow’s town council voted on Tuesday night to close the Mill Lane swimming pool at the end of \
March, ending eighty years of public bathing in the town.| The decision passed by nine votes to \
six after a debate of more than four hours.\n\n|\
The pool needs a new roof and boilers, which engineers said in a report in June would cost about \
£2.4 million.| The council has set aside £300,000.| “We cannot spend money that we do not have,” \
said Ruth Adeyemi, who chairs the finance committee.\n\n|\
Some two hundred people stood outside the town hall with banners while the vote was taken.| \
Swimming clubs and three primary schools use Mill Lane every week.| The nearest other pool is in \
Castle Ferry, 14 miles away, and no bus runs there after six.\n\n|\
A group of residents says that it will ask the county to let it run the pool as a charity.| Its \
spokesman, Tom Weller, said that 1,100 people had already pledged money.| “This is not over,” he \
told the crowd.";

const REWRITE: &str = "Town loses its swimming pool after eighty years\n\n|\
The Mill Lane pool in Harrow will shut its doors in late March, councillors decided at a stormy \
meeting this week that lasted over four hours.| Nine members were in favour of closure and six \
against.\n\n|\
Outside, around 200 protesters held up banners as their representatives voted.| Residents now hope \
to take over the baths themselves, as a charity, if the county agrees; Tom Weller, who speaks for \
them, put the number of people who have promised money at 1,100.| “This is not over,” he told the \
crowd.\n\n|\
According to a survey by engineers, published in June, replacing the boilers and the roof would \
take roughly £2.4 million, of which only £300,000 is in the budget.| Ruth Adeyemi, the chair of \
the finance committee, said: “We cannot spend money that we do not have.”\n\n|\
Pupils of three primary schools and the members of several clubs will have to travel to Castle \
Ferry, 14 miles off.";

const SYNDICATED: &str = "Harrow council votes to close its last public pool\n\n|\
By our regional staff.| Published on Wednesday.\n\n|\
Harrow’s town council voted on Tuesday night to close the Mill Lane swimming pool at the end of \
March, ending eighty years of public bathing in the town.| The decision was carried by nine votes \
to six after a debate of more than four hours.\n\n|\
The pool needs a new roof and boilers, which engineers said in a report in June would cost about \
£2.4 million.| The council has set aside £300,000.| “We cannot spend money that we do not have,” \
said Ruth Adeyemi, who chairs the finance committee.\n\n|\
Some 200 people stood outside the town hall with banners while the vote was taken.| \
Swimming clubs and three primary schools use Mill Lane every week.| The nearest other pool is in \
Castle Ferry, 14 miles away, and no bus runs there after six.\n\n|\
A group of residents says that it will ask the county to let it run the pool as a charity.| Its \
spokesman, Tom Weller, said that 1,100 people had already pledged money.| “This is not over,” he \
told the crowd.\n\n|\
© The Valley Post.| All rights reserved.";

const FEATURE: &str = "What a pool is for\n\n|\
On a Thursday morning the changing rooms at Mill Lane smell as they have smelled since 1946: of \
chlorine, wet wool and toast from the kiosk.| Edith Marsh, who is 83, has the third locker from \
the door and has had it since the locks were changed in the seventies.\n\n|\
She is one of some sixty regulars who swim before eight.| “You learn who is ill by who is not \
here,” she says.| None of them, she adds, has a car that she would trust as far as Castle \
Ferry.\n\n|\
Swimming clubs and three primary schools use Mill Lane every week.| The nearest other pool is in \
Castle Ferry, 14 miles away, and no bus runs there after six.\n\n|\
Across the country, one in seven public pools has shut since 2010, mostly in towns of this \
size.| What replaces them is seldom water.| In Ashby it was a car park; in Thorne, where the \
tiles were saved, a climbing wall.\n\n|\
Marsh has not decided what she will do in April.| “Walk, I suppose,” she says.| “But you cannot \
float on a walk.”";

const NOTICE: &str = "Swimming clubs and three primary schools use Mill Lane every week.| The \
nearest other pool is in Castle Ferry, 14 miles away, and no bus runs there after six.";

const OTHER_REPORT: &str = "Analysis: why small towns cannot afford water\n\n|\
Heating a pool of 25 metres costs more than it did, and few councils have put anything by for \
the day when the roof goes.| In Harrow that day was in June.\n\n|\
“We cannot spend money that we do not have,” the finance chair, Ruth Adeyemi, told colleagues on \
Tuesday.| Her opponents point to the £5 million that the same council holds in reserve, which by \
law it may spend only on roads.\n\n|\
Grants exist.| The national fund for community sport paid for nineteen roofs last year, but it \
asks for half of the money up front.";

const HAN: &str = "哈罗镇议会周二晚上投票决定关闭米尔巷游泳池。|该决定以九票赞成、六票反对获得通过。|\
工程师在六月的报告中说，更换屋顶和锅炉大约需要二百四十万英镑。";

const HAN_REWRITE: &str = "米尔巷游泳池将在三月底关闭，哈罗镇议会本周作出决定。|表决结果为九票赞成、六票反对。|\
工程师六月的报告称，更换锅炉和屋顶约需二百四十万英镑。";

impl Sample {
    /// Two articles with a rewrite between them, a copy, an excerpt, and what stands around it.
    pub(crate) fn two_reports() -> Self {
        use Kind::{Edited, Identical, Paraphrased};
        let mut sample = Self::empty();
        let council = sample.add("pool/council-closes-pool.txt", COUNCIL);
        let rewrite = sample.add("pool/town-loses-pool.txt", REWRITE);
        let copy = sample.add("wire/valley-post-0412.txt", SYNDICATED);
        let feature = sample.add("features/what-a-pool-is-for.md", FEATURE);
        let notice = sample.add("notices.jsonl:17", NOTICE);
        let other = sample.add("analysis/small-towns.txt", OTHER_REPORT);
        let han = sample.add("zh/哈罗镇-关闭.txt", HAN);
        let han_rewrite = sample.add("zh/米尔巷.txt", HAN_REWRITE);
        let rewritten: [Aligned; 11] = [
            (1, 1, Paraphrased, 0.62),
            (2, 2, Paraphrased, 0.58),
            (3, 6, Paraphrased, 0.71),
            (4, 6, Paraphrased, 0.52),
            (5, 7, Edited, 0.88),
            (6, 3, Paraphrased, 0.61),
            (7, 8, Paraphrased, 0.49),
            (8, 8, Paraphrased, 0.47),
            (9, 4, Paraphrased, 0.55),
            (10, 4, Paraphrased, 0.64),
            (11, 5, Identical, 1.0),
        ];
        let runs = [(1..3, 1..3), (3..6, 6..8), (6..7, 3..4), (7..9, 8..9), (9..12, 4..6)];
        sample.pair((council, rewrite), (Relation::Rewrite, 0.98), &rewritten, &runs);
        let copied: Vec<Aligned> = (0..12)
            .map(|at| match at {
                0 => (0, 0, Identical, 1.0),
                2 | 6 => (at, at + 2, Edited, 0.93),
                _ => (at, at + 2, Identical, 1.0),
            })
            .collect();
        sample.pair((council, copy), (Relation::NearDuplicate, 0.9996), &copied, &[(0..12, 0..14)]);
        let both = [(6, 0, Identical, 1.0), (7, 1, Identical, 1.0)];
        sample.pair((feature, notice), (Relation::Excerpt, 0.97), &both, &[(6..8, 0..2)]);
        let shared = [(7, 6, Identical, 1.0), (8, 7, Identical, 1.0)];
        sample.pair((council, feature), (Relation::Partial, 0.83), &shared, &[(7..9, 6..8)]);
        let quoted = [(5, 3, Edited, 0.66)];
        sample.pair((council, other), (Relation::Unrelated, 0.07), &quoted, &[]);
        for (pair, sentence) in [(0, 10), (4, 0)] {
            sample.pairs[pair].comparison.sentences[sentence].shared_source = true;
        }
        let retold = [(0, 0, Paraphrased, 0.6), (1, 1, Edited, 0.7), (2, 2, Edited, 0.8)];
        sample.pair((han, han_rewrite), (Relation::Rewrite, 0.91), &retold, &[(0..3, 0..3)]);
        let known =
            [(council, "Harrow Gazette", 1_772_577_000), (copy, "Valley Post", 1_772_638_200)];
        for (article, source, published) in known {
            sample.articles[article].about = About {
                title: Some("Harrow council votes to close its last public pool".into()),
                source: Some(source.into()),
                url: None,
                published: Some(published),
            };
        }
        sample.clusters = Clusters { of: vec![0, 0, 0, 1, 1, 2, 3, 3], retained: vec![0, 3, 5, 6] };
        sample
    }

    /// No article, no pair.
    pub(crate) fn empty() -> Self {
        Self {
            articles: Vec::new(),
            pairs: Vec::new(),
            texts: Vec::new(),
            clusters: Clusters::default(),
            fields: Vec::new(),
        }
    }

    /// Pairs of articles with each of `payloads` in their ids, fields and texts.
    pub(crate) fn hostile(payloads: &[impl AsRef<str>]) -> Self {
        let mut sample = Self::empty();
        sample.fields = payloads.iter().map(|payload| payload.as_ref().to_owned()).collect();
        for (at, payload) in payloads.iter().map(AsRef::as_ref).enumerate() {
            let sentence = format!("The clerk read {payload} aloud and nobody moved. ");
            let edited = format!("The clerk read {payload} aloud twice, and nobody moved. ");
            let quoted = format!("“{payload}” ");
            let a =
                sample.add_sentences(&format!("{payload} {at}"), &[&sentence, &quoted, payload]);
            let b = sample.add_sentences(&format!("{at} {payload}"), &[&quoted, &edited, payload]);
            for article in [a, b] {
                let mut fields = vec![None; payloads.len()];
                fields[at] = Some(to_raw_value(payload).expect("a string is JSON"));
                sample.articles[article].fields = fields;
                let text = || Some(payload.to_owned());
                sample.articles[article].about =
                    About { title: text(), source: text(), url: text(), published: Some(0) };
            }
            let aligned = [(0, 1, Kind::Edited, 0.9), (1, 0, Kind::Identical, 1.0)];
            sample.pair((a, b), (Relation::Rewrite, 0.9), &aligned, &[(0..1, 1..2), (1..2, 0..1)]);
            sample.clusters.retained.push(a);
            sample.clusters.of.extend([at as u32; 2]);
        }
        sample
    }

    /// Adds an article, its sentences separated by `|`.
    pub(crate) fn add(&mut self, id: &str, marked: &str) -> usize {
        self.add_sentences(id, &marked.split('|').collect::<Vec<_>>())
    }

    /// Adds an article of these sentences; the blanks around them stand between them.
    pub(crate) fn add_sentences(&mut self, id: &str, parts: &[&str]) -> usize {
        let mut text = String::new();
        let mut sentences = Vec::new();
        for sentence in parts {
            let start = text.len() + sentence.len() - sentence.trim_start().len();
            text.push_str(sentence);
            let end = text.trim_end().len();
            sentences.push(Span::new(start.min(end), end));
        }
        self.articles.push(Article {
            id: id.to_owned(),
            renamed: false,
            path: None,
            hash: xxh3_128(text.as_bytes()),
            bytes: text.len() as u64,
            ..Article::default()
        });
        let quotations = quotations(&text);
        self.texts.push(Evidence { text: text.into(), sentences, quotations });
        self.articles.len() - 1
    }

    /// Adds a pair whose sentences correspond as `aligned`, in passages of sentence ranges `runs`.
    pub(crate) fn pair(
        &mut self,
        (a, b): (usize, usize),
        (relation, score): (Relation, f32),
        aligned: &[Aligned],
        runs: &[(std::ops::Range<usize>, std::ops::Range<usize>)],
    ) {
        let (in_a, in_b) = (&self.texts[a].sentences, &self.texts[b].sentences);
        let sentences: Vec<_> = aligned
            .iter()
            .map(|&(x, y, kind, score)| Match::new((in_a[x], in_b[y]), kind, score))
            .collect();
        let passages: Vec<_> = runs
            .iter()
            .map(|(x, y)| {
                let spans =
                    (in_a[x.start].hull(in_a[x.end - 1]), in_b[y.start].hull(in_b[y.end - 1]));
                let inside = aligned.iter().filter(|(at, ..)| x.contains(at));
                let kind = inside.map(|(.., kind, _)| *kind).max();
                Match::new(spans, kind.unwrap_or(Kind::Identical), 0.75)
            })
            .collect();
        let share = |spans: &mut [Span], text: &str| covered(spans) as f32 / text.len() as f32;
        let mut spans_a: Vec<_> = passages.iter().map(|passage| passage.a).collect();
        let mut spans_b: Vec<_> = passages.iter().map(|passage| passage.b).collect();
        let contained = (relation == Relation::Excerpt).then_some(Side::B);
        let mut comparison = Comparison::new(relation, score);
        comparison.contained = contained;
        comparison.jaccard =
            if relation == Relation::Rewrite { 0.153_846 } else { 0.03 + score / 3.0 };
        (comparison.containment_a, comparison.containment_b) = (0.19, 0.34);
        comparison.coverage_a = share(&mut spans_a, &self.texts[a].text);
        comparison.coverage_b = share(&mut spans_b, &self.texts[b].text);
        comparison.words = 120;
        (comparison.passages, comparison.sentences) = (passages, sentences);
        comparison.features = vec![
            Feature::new("containment", 0.34, 2.1),
            Feature::new("entity containment", 0.92, 1.4),
            Feature::new("quotation share", 0.12, -0.35),
        ];
        self.pairs.push(Pair { a, b, comparison });
    }

    pub(crate) fn findings(&self) -> Findings<'_> {
        let note = |path: &str, line: Option<u64>, reason: &str| Note {
            path: path.into(),
            line,
            reason: reason.into(),
        };
        Findings {
            run: Run {
                version: "0.1.0".into(),
                command: "scan".into(),
                options: vec![
                    ("input".into(), "articles".into()),
                    ("threshold".into(), "0.5".into()),
                    ("language".into(), "auto".into()),
                ],
                started: "2026-03-04T09:30:00Z".into(),
                elapsed: Duration::from_millis(412),
            },
            read: Read {
                articles: self.articles.len() as u64,
                bytes: self.articles.iter().map(|article| article.bytes).sum(),
                files: 7,
            },
            skipped: [
                note("drafts/empty.txt", None, "empty"),
                note("notices.jsonl", Some(4), "empty"),
                note("drafts/photo.txt", None, "not text"),
            ]
            .into_iter()
            .collect(),
            repaired: [note("wire/latin1.txt", None, "invalid UTF-8 replaced")]
                .into_iter()
                .collect(),
            articles: &self.articles,
            fields: &self.fields,
            pairs: &self.pairs,
            clusters: (!self.clusters.of.is_empty()).then(|| self.clusters.clone()),
            stages: [("read", 61), ("sketch", 90), ("candidates", 30), ("align", 221)]
                .map(|(name, ms)| Stage { name: name.into(), took: Duration::from_millis(ms) })
                .into(),
            counts: vec![("candidates_banding".into(), 4), ("candidates_rare".into(), 9)],
            texts: &self.texts,
        }
    }
}

/// What stands between `“` and `”`, marks included.
fn quotations(text: &str) -> Vec<Span> {
    let ends = text.match_indices('”').map(|(at, mark)| at + mark.len());
    text.match_indices('“').zip(ends).map(|((start, _), end)| Span::new(start, end)).collect()
}

/// What `format` writes of `findings`.
pub(crate) fn written(format: &dyn Format, findings: &Findings<'_>) -> String {
    let mut out = Vec::new();
    format.write(findings, &mut out).expect("writing to memory does not fail");
    String::from_utf8(out).expect("reports are UTF-8")
}
