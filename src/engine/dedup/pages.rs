//! What is kept of articles once their texts are released: pages of bytes, stored anywhere.
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

use crate::lsh::BandKeys;
use crate::lsh::banding::Banding;
use crate::{BoxError, Error};

/// Pages in the order in which [`Signing::sign`](super::Signing::sign) gave them, in memory or
/// elsewhere.
///
/// A failure to give some bytes ends the run, as an [`Error::Page`] that has it as its source.
pub trait Pages: Sync {
    /// How many there are.
    fn len(&self) -> usize;

    /// A range of bytes of a page; the same at every call.
    fn bytes(&self, page: usize, range: Range<usize>) -> Result<Cow<'_, [u8]>, BoxError>;

    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T: AsRef<[u8]> + Sync> Pages for [T] {
    fn len(&self) -> usize {
        <[T]>::len(self)
    }

    fn bytes(&self, page: usize, range: Range<usize>) -> Result<Cow<'_, [u8]>, BoxError> {
        let bytes = self[page].as_ref().get(range);
        Ok(Cow::Borrowed(bytes.ok_or("it ends before them")?))
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
    pub(super) fn new(pages: &'p P, bands: usize, lanes: usize) -> Result<Self, Error> {
        let mut book = Self { pages, index: Vec::new(), articles: 0, bands, lanes };
        for page in 0..pages.len() {
            let counts: Column<'_, 4> = book.column(page, 0, 2)?;
            let [count, rows] = *counts.chunks() else { return Err(Error::DamagedPage { page }) };
            let [articles, rows] = [count, rows].map(u32::from_le_bytes);
            book.index.push(Place { first: book.articles, articles, rows });
            book.articles += articles;
        }
        Ok(book)
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
    pub(super) fn words(&self, page: usize) -> Result<Column<'p, 8>, Error> {
        let articles = self.index[page].articles as usize;
        self.column(page, 8 + 8 * articles, articles)
    }

    /// The article of each signature of a page.
    pub(super) fn owners(&self, page: usize) -> Result<Column<'p, 4>, Error> {
        self.column(page, self.rows_at(page), self.index[page].rows as usize)
    }

    /// The keys of all bands of a page's signatures.
    pub(super) fn whole(&self, page: usize) -> Result<Column<'p, 8>, Error> {
        let rows = self.index[page].rows as usize;
        self.column(page, self.rows_at(page) + 4 * rows, rows)
    }

    /// The keys of one band of a page's signatures.
    pub(super) fn band(&self, page: usize, band: usize) -> Result<Column<'p, 4>, Error> {
        let rows = self.index[page].rows as usize;
        self.column(page, self.rows_at(page) + (12 + 4 * band) * rows, rows)
    }

    /// The hash of an article's text.
    pub(super) fn text(&self, article: u32) -> Result<u64, Error> {
        let (page, place) = self.find(article);
        let from = 8 + 8 * (article - place.first) as usize;
        let column: Column<'_, 8> = self.column(page, from, 1)?;
        column.iter().next().ok_or(Error::DamagedPage { page })
    }

    /// The lowest bytes of the lanes of an article; nothing if it has no signature.
    pub(super) fn lanes(&self, article: u32) -> Result<Option<Cow<'p, [u8]>>, Error> {
        let (page, place) = self.find(article);
        let local = article - place.first;
        let owners = self.owners(page)?;
        let owners = owners.chunks();
        let Ok(row) = owners.binary_search_by_key(&local, |owner| u32::from_le_bytes(*owner))
        else {
            return Ok(None);
        };
        let lanes = self.rows_at(page) + (12 + 4 * self.bands) * place.rows as usize;
        let from = lanes + row * self.lanes;
        self.bytes(page, from..from + self.lanes).map(Some)
    }

    fn find(&self, article: u32) -> (usize, Place) {
        let page = self.index.partition_point(|place| place.first <= article) - 1;
        // Pages without articles come before the one that has it.
        (page, self.index[page])
    }

    /// Where in a page the columns of signatures begin.
    fn rows_at(&self, page: usize) -> usize {
        8 + 16 * self.index[page].articles as usize
    }

    fn column<const N: usize>(
        &self,
        page: usize,
        from: usize,
        count: usize,
    ) -> Result<Column<'p, N>, Error> {
        self.bytes(page, from..from + N * count).map(Column)
    }

    fn bytes(&self, page: usize, range: Range<usize>) -> Result<Cow<'p, [u8]>, Error> {
        self.pages.bytes(page, range).map_err(|source| Error::Page { page, source })
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
        let book = Book::new(&pages[..], 4, 16).unwrap();
        assert_eq!((book.articles(), book.rows()), (5, 3));
        assert_eq!(book.pages().collect::<Vec<_>>(), [(0, 0), (1, 3), (2, 3), (3, 4)]);
        let texts: Vec<u64> = (0..5).map(|article| book.text(article).unwrap()).collect();
        assert_eq!(texts, [100, 101, 102, 100, 100]);
        assert_eq!(book.words(0).unwrap().iter().collect::<Vec<_>>(), [200, 201, 202]);
        assert_eq!(book.owners(0).unwrap().iter().collect::<Vec<_>>(), [0, 2]);
        let whole = (0..4).flat_map(|page| book.whole(page).unwrap().iter().collect::<Vec<_>>());
        let whole: Vec<u64> = whole.collect();
        assert_eq!(whole, expected.whole());
        for band in 0..4 {
            let keys = |page| book.band(page, band).unwrap().iter().collect::<Vec<_>>();
            let keys = (0..4).flat_map(keys);
            assert_eq!(keys.collect::<Vec<_>>(), expected.columns()[band]);
        }
        let low: Vec<u8> = signature(3).into_iter().map(|lane| lane as u8).collect();
        assert_eq!(book.lanes(4).unwrap().unwrap(), low);
        assert_eq!(book.lanes(1).unwrap(), None);
        assert_eq!(book.lanes(3).unwrap(), None);
    }
}
