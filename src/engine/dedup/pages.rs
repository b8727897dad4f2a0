//! What is left of articles when their texts are let go: pages of bytes, which may be anywhere.
//!
//! ```text
//! articles: u32, rows: u32                              little-endian, as all that follows
//! texts: u64 × articles    hash of each text
//! words: u64 × articles    hash of its words, in which order counts
//! owners: u32 × rows       the article of each signature, counted within the page; ascending
//! whole: u64 × rows        a key of all bands
//! bands: u32 × rows        for each band, its keys
//! lanes: u8 × lanes × rows the lowest byte of each lane
//! ```
//!
//! Columns lie together, so that a band is read without its neighbours.

use std::borrow::Cow;
use std::ops::Range;

use crate::Error;
use crate::lsh::BandKeys;
use crate::lsh::banding::Banding;

/// Pages in the order in which [`Signing::sign`](super::Signing::sign) gave them, in memory or
/// elsewhere.
///
/// Who keeps them where reading may fail gives zeros then, and has to see to it that nothing comes of
/// the outcome.
pub trait Pages: Sync {
    /// How many there are.
    fn len(&self) -> usize;

    /// A range of bytes of a page; the same at every call.
    fn bytes(&self, page: usize, range: Range<usize>) -> Cow<'_, [u8]>;

    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T: AsRef<[u8]> + Sync> Pages for [T] {
    fn len(&self) -> usize {
        <[T]>::len(self)
    }

    fn bytes(&self, page: usize, range: Range<usize>) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self[page].as_ref()[range])
    }
}

/// A page under way.
pub(super) struct Page {
    texts: Vec<u64>,
    words: Vec<u64>,
    keys: BandKeys,
    lanes: Vec<u8>,
}

impl Page {
    /// No articles yet.
    pub(super) fn new(banding: Banding) -> Self {
        Self {
            texts: Vec::new(),
            words: Vec::new(),
            keys: BandKeys::new(banding),
            lanes: Vec::new(),
        }
    }

    /// Adds an article, with its signature unless it has none or an earlier one has its words.
    pub(super) fn push(
        &mut self,
        text: u64,
        words: u64,
        signature: Option<&[u32]>,
    ) -> Result<(), Error> {
        if let Some(signature) = signature {
            self.keys.push(self.texts.len() as u32, signature)?;
            self.lanes.extend(signature.iter().map(|lane| *lane as u8));
        }
        self.texts.push(text);
        self.words.push(words);
        Ok(())
    }

    /// The page as bytes.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        let Self { texts, words, keys, lanes } = self;
        let columns = keys.columns();
        let bytes = 8 + 16 * texts.len() + (12 + 4 * columns.len()) * keys.len() + lanes.len();
        let mut page = Vec::with_capacity(bytes);
        page.extend((texts.len() as u32).to_le_bytes());
        page.extend((keys.len() as u32).to_le_bytes());
        page.extend(texts.iter().flat_map(|text| text.to_le_bytes()));
        page.extend(words.iter().flat_map(|words| words.to_le_bytes()));
        page.extend(keys.articles().iter().flat_map(|owner| owner.to_le_bytes()));
        page.extend(keys.whole().iter().flat_map(|key| key.to_le_bytes()));
        for column in columns {
            page.extend(column.iter().flat_map(|key| key.to_le_bytes()));
        }
        page.extend(lanes);
        page
    }
}

/// Pages with an index, to find articles in them.
#[derive(Clone)]
pub(super) struct Book<'p, P: ?Sized> {
    pages: &'p P,
    index: Vec<Place>,
    articles: u32,
    bands: usize,
    lanes: usize,
}

/// What a page holds.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// The number of its first article.
    first: u32,
    articles: u32,
    rows: u32,
}

/// Numbers of a page, decoded as they are asked for.
pub(super) struct Column<'p, const N: usize>(Cow<'p, [u8]>);

impl<const N: usize> Column<'_, N> {
    fn chunks(&self) -> &[[u8; N]] {
        self.0.as_chunks().0
    }
}

impl Column<'_, 4> {
    /// All numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> {
        self.chunks().iter().map(|bytes| u32::from_le_bytes(*bytes))
    }
}

impl Column<'_, 8> {
    /// All numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = u64> {
        self.chunks().iter().map(|bytes| u64::from_le_bytes(*bytes))
    }
}

impl<'p, P: Pages + ?Sized> Book<'p, P> {
    /// Reads the beginning of each page.
    pub(super) fn new(pages: &'p P, bands: usize, lanes: usize) -> Self {
        let mut articles = 0;
        let mut index = Vec::with_capacity(pages.len());
        for page in 0..pages.len() {
            let counts = Column::<4>(pages.bytes(page, 0..8));
            let mut counts = counts.iter();
            let mut next = || counts.next().unwrap_or(0);
            index.push(Place { first: articles, articles: next(), rows: next() });
            articles += index[page].articles;
        }
        Self { pages, index, articles, bands, lanes }
    }

    /// Articles of all pages.
    pub(super) fn articles(&self) -> u32 {
        self.articles
    }

    /// Signatures of all pages.
    pub(super) fn rows(&self) -> usize {
        self.index.iter().map(|place| place.rows as usize).sum()
    }

    /// Numbers of the pages, and of the first article of each.
    pub(super) fn pages(&self) -> impl Iterator<Item = (usize, u32)> {
        self.index.iter().map(|place| place.first).enumerate()
    }

    /// Hashes of the words of a page's articles.
    pub(super) fn words(&self, page: usize) -> Column<'p, 8> {
        let articles = self.index[page].articles as usize;
        self.column(page, 8 + 8 * articles, articles)
    }

    /// The article of each signature of a page.
    pub(super) fn owners(&self, page: usize) -> Column<'p, 4> {
        self.column(page, self.rows_at(page), self.index[page].rows as usize)
    }

    /// The keys of all bands of a page's signatures.
    pub(super) fn whole(&self, page: usize) -> Column<'p, 8> {
        let rows = self.index[page].rows as usize;
        self.column(page, self.rows_at(page) + 4 * rows, rows)
    }

    /// The keys of one band of a page's signatures.
    pub(super) fn band(&self, page: usize, band: usize) -> Column<'p, 4> {
        let rows = self.index[page].rows as usize;
        self.column(page, self.rows_at(page) + (12 + 4 * band) * rows, rows)
    }

    /// The hash of an article's text.
    pub(super) fn text(&self, article: u32) -> u64 {
        let (page, place) = self.find(article);
        let column: Column<'_, 8> = self.column(page, 8 + 8 * (article - place.first) as usize, 1);
        column.iter().next().unwrap_or(0)
    }

    /// The lowest bytes of the lanes of an article; nothing if it has no signature.
    pub(super) fn lanes(&self, article: u32) -> Option<Cow<'p, [u8]>> {
        let (page, place) = self.find(article);
        let local = (article - place.first).to_le_bytes();
        let owners = self.owners(page);
        let row = owners
            .chunks()
            .binary_search_by_key(&u32::from_le_bytes(local), |owner| u32::from_le_bytes(*owner))
            .ok()?;
        let lanes = self.rows_at(page) + (12 + 4 * self.bands) * place.rows as usize;
        let from = lanes + row * self.lanes;
        Some(self.pages.bytes(page, from..from + self.lanes))
    }

    fn find(&self, article: u32) -> (usize, Place) {
        let page = self.index.partition_point(|place| place.first <= article) - 1;
        // Pages without articles stand before the one that has it.
        (page, self.index[page])
    }

    /// Where in a page the columns of signatures begin.
    fn rows_at(&self, page: usize) -> usize {
        8 + 16 * self.index[page].articles as usize
    }

    fn column<const N: usize>(&self, page: usize, from: usize, count: usize) -> Column<'p, N> {
        Column(self.pages.bytes(page, from..from + N * count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_give_back_what_was_put_in() {
        let banding = Banding::new(4, 4).unwrap();
        let signature = |n: u32| -> Vec<u32> { (0..16).map(|lane| lane * 1000 + n).collect() };
        let mut expected = BandKeys::new(banding);
        let mut pages = Vec::new();
        for articles in [vec![Some(1), None, Some(2)], vec![], vec![None], vec![Some(3)]] {
            let mut page = Page::new(banding);
            for (at, row) in (0..).zip(articles) {
                let signature = row.map(signature);
                page.push(100 + at, 200 + at, signature.as_deref()).unwrap();
                signature.iter().for_each(|lanes| expected.push(0, lanes).unwrap());
            }
            pages.push(page.into_bytes());
        }
        let book = Book::new(&pages[..], 4, 16);
        assert_eq!((book.articles(), book.rows()), (5, 3));
        assert_eq!(book.pages().collect::<Vec<_>>(), [(0, 0), (1, 3), (2, 3), (3, 4)]);
        let texts: Vec<u64> = (0..5).map(|article| book.text(article)).collect();
        assert_eq!(texts, [100, 101, 102, 100, 100]);
        assert_eq!(book.words(0).iter().collect::<Vec<_>>(), [200, 201, 202]);
        assert_eq!(book.owners(0).iter().collect::<Vec<_>>(), [0, 2]);
        let whole: Vec<u64> =
            (0..4).flat_map(|page| book.whole(page).iter().collect::<Vec<_>>()).collect();
        assert_eq!(whole, expected.whole());
        for band in 0..4 {
            let keys = (0..4).flat_map(|page| book.band(page, band).iter().collect::<Vec<_>>());
            assert_eq!(keys.collect::<Vec<_>>(), expected.columns()[band]);
        }
        let low: Vec<u8> = signature(3).into_iter().map(|lane| lane as u8).collect();
        assert_eq!(book.lanes(4).unwrap(), low);
        assert_eq!(book.lanes(1), None);
        assert_eq!(book.lanes(3), None);
    }
}
