//! Words, sentences and quotations.

use retold::text::{Analyzer, Article, Language};
use retold::{Kernel, Span};

/// Spans slice the text, are in order, and are the same with every instruction set.
pub fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let article = Analyzer::new(None).article(&text);
    check_spans(&text, article.words.iter().map(|word| word.span));
    check_spans(&text, article.sentences.iter().map(|sentence| sentence.span));
    check_spans(&text, article.quotations.iter().copied());
    let disjoint = |a: Span, b: Span| a.end <= b.start;
    assert!(article.sentences.is_sorted_by(|a, b| disjoint(a.span, b.span)), "sentences overlap");
    assert!(article.quotations.is_sorted_by(|a, b| disjoint(*a, *b)), "quotations overlap");
    check_words_of_sentences(&article);
    for kernel in Kernel::ALL.into_iter().filter(|kernel| kernel.is_available()) {
        let by_kernel = Analyzer::with_kernel(None, kernel).expect("it is there").article(&text);
        assert!(by_kernel == article, "{kernel} finds something else");
    }
    // What came before does not matter.
    let mut used = Analyzer::new(Some(Language::English));
    used.article("“Nobody,” he said, “knows the exam-\nple.”");
    let again = used.article(&text);
    assert!(again == used.article(&text), "the second time is another");
}

/// Spans hold something, are on character boundaries, and in order. In scripts without spaces,
/// words are pairs of characters, which overlap.
fn check_spans(text: &str, spans: impl Iterator<Item = Span>) {
    let mut before = Span::new(0, 0);
    for span in spans {
        assert!(before.start <= span.start && before.end <= span.end, "{span:?} after {before:?}");
        assert!(text.get(span.range()).is_some_and(|slice| !slice.is_empty()), "{span:?}");
        before = span;
    }
}

/// Every word is in exactly one sentence, and within its span.
fn check_words_of_sentences(article: &Article) {
    let mut next = 0;
    for sentence in &article.sentences {
        let range = sentence.range();
        assert_eq!(range.start, next, "a word is in no sentence, or in two");
        next = range.end;
        for word in &article.words[range] {
            let (inner, outer) = (word.span, sentence.span);
            assert!(outer.start <= inner.start && inner.end <= outer.end, "{inner:?} in {outer:?}");
        }
    }
    assert_eq!(next, article.words.len(), "words behind the last sentence");
}
