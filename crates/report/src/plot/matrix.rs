//! Which articles of a cluster are like which.

use std::collections::HashMap;
use std::fmt::Write;

use super::svg::{begin, text};
use crate::quantity;
use crate::{Article, Pair};

/// Articles that a matrix shows at most.
pub const MOST: usize = 60;

const TOP: f64 = 76.0;
const LABELS: f64 = 250.0;
/// Characters of an id that have room.
const CHARACTERS: usize = 30;
/// Up to so many articles, cells say their number.
const NUMBERED: usize = 16;

/// A square for each pair of the articles, the darker the higher its score; empty squares are pairs
/// that were not found. Of more than [`MOST`] articles those first ones are shown, and it says so.
pub fn matrix(members: &[usize], articles: &[Article], pairs: &[Pair]) -> String {
    let shown = &members[..members.len().min(MOST)];
    let place: HashMap<usize, usize> = shown.iter().enumerate().map(|(at, of)| (*of, at)).collect();
    let side = (560.0 / shown.len().max(1) as f64).clamp(11.0, 46.0);
    let size = side * shown.len() as f64;
    let (width, height) = ((LABELS + size + 40.0).max(480.0), TOP + size + 50.0);
    let mut title = format!("Similarity of {}", quantity::counted(members.len() as u64, "article"));
    if shown.len() < members.len() {
        let _ = write!(title, ", the first {} of them", shown.len());
    }
    let said = format!("{title}, pair by pair");
    let mut svg = begin((width, height), &title, &said);
    let row = |at: usize| TOP + side * at as f64;
    let column = |at: usize| LABELS + side * at as f64;
    let _ = writeln!(
        svg,
        "<rect class=\"none\" x=\"{LABELS}\" y=\"{TOP}\" width=\"{size:.1}\" height=\"{size:.1}\"/>"
    );
    for (at, article) in shown.iter().enumerate() {
        labels(&mut svg, at, &articles[*article].id, Square { x: column(at), y: row(at), side });
        let (x, y) = (column(at) + side / 2.0, row(at) + side / 2.0);
        let r = side * 0.08;
        let _ = writeln!(svg, "<circle class=\"bar\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{r:.1}\"/>");
    }
    for pair in pairs {
        let (Some(&a), Some(&b)) = (place.get(&pair.a), place.get(&pair.b)) else { continue };
        let score = f64::from(pair.comparison.score).clamp(0.0, 1.0);
        let said = format!(
            "{} and {}: {}, {score:.2}",
            articles[pair.a].id,
            articles[pair.b].id,
            pair.comparison.relation.name()
        );
        let numbered = shown.len() <= NUMBERED;
        for (down, across) in [(a, b), (b, a)] {
            let square = Square { x: column(across), y: row(down), side };
            cell(&mut svg, square, &Cell { score, said: &said, numbered });
        }
    }
    let _ = writeln!(
        svg,
        "<text class=\"soft small\" x=\"24\" y=\"{:.1}\">Darker: a higher score. Empty: no pair \
         that was found.</text>",
        TOP + size + 28.0
    );
    svg.push_str("</svg>\n");
    svg
}

/// Where a cell is: its upper left corner, and its side.
#[derive(Clone, Copy)]
struct Square {
    x: f64,
    y: f64,
    side: f64,
}

/// What a cell shows.
struct Cell<'c> {
    score: f64,
    /// The score in words.
    said: &'c str,
    /// Whether the score stands in it.
    numbered: bool,
}

/// The name and number of a row, and the number of its column: those of a cell of the diagonal.
fn labels(svg: &mut String, at: usize, id: &str, cell: Square) {
    let Square { x, y, side } = cell;
    let (y, number) = (y + side / 2.0, at + 1);
    let mut shown: String = id.chars().take(CHARACTERS).collect();
    if shown.len() < id.len() {
        shown.push('…');
    }
    let _ = writeln!(
        svg,
        "<text class=\"small\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}\
         <title>{}</title></text>\
         <text class=\"soft small\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{number}</text>",
        LABELS - 36.0,
        y + 4.0,
        text(&shown),
        text(id),
        LABELS - 8.0,
        y + 4.0
    );
    // Numbers of small columns would touch each other.
    if side >= 18.0 || number == 1 || number.is_multiple_of(5) {
        let x = x + side / 2.0;
        let _ = writeln!(
            svg,
            "<text class=\"soft small\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{number}\
             </text>",
            TOP - 8.0
        );
    }
}

fn cell(svg: &mut String, Square { x, y, side }: Square, cell: &Cell<'_>) {
    let &Cell { score, said, numbered } = cell;
    let gap = (side * 0.04).min(1.0);
    let _ = writeln!(
        svg,
        "<rect class=\"bar\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" \
         fill-opacity=\"{:.2}\"><title>{}</title></rect>",
        x + gap,
        y + gap,
        side - 2.0 * gap,
        side - 2.0 * gap,
        0.12 + 0.88 * score,
        text(said)
    );
    if numbered {
        // Light on dark squares, dark on light ones.
        let class = if score > 0.45 { "small on" } else { "small" };
        let _ = writeln!(
            svg,
            "<text class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" \
             pointer-events=\"none\">{score:.2}</text>",
            x + side / 2.0,
            y + side / 2.0 + 4.0
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use retold::Engine;
    use retold::align::compare;
    use retold::engine::Config;

    fn article(id: &str) -> Article {
        Article { id: id.to_owned(), ..Article::default() }
    }

    fn pair(a: usize, b: usize) -> Pair {
        let engine = Engine::new(Config::default()).unwrap();
        let mut analyzer = engine.analyzer();
        let text = "Forty ferries waited outside the harbour bar while divers searched the barge.";
        let profile = engine.profile(&mut analyzer, text);
        Pair { a, b, comparison: compare(&profile, &profile, &engine.config().compare) }
    }

    #[test]
    fn each_pair_has_two_squares_and_ids_are_text() {
        let hostile = "</text><script>alert(1)</script>";
        let articles = [article(hostile), article("b"), article("c"), article("alone")];
        let svg = matrix(&[0, 1, 2], &articles, &[pair(0, 1), pair(0, 3)]);
        assert!(svg.contains("Similarity of 3 articles"), "{svg}");
        assert_eq!(svg.matches("<rect class=\"bar\"").count(), 2);
        assert_eq!(svg.matches("identical, 1.00").count(), 2);
        assert!(!svg.contains("<script") && !svg.contains("alone"));
    }

    #[test]
    fn what_has_no_room_is_said() {
        let articles: Vec<Article> = (0..80).map(|at| article(&at.to_string())).collect();
        let members: Vec<usize> = (0..80).collect();
        let svg = matrix(&members, &articles, &[]);
        assert!(svg.contains("Similarity of 80 articles, the first 60 of them"), "{svg}");
        assert_eq!(svg.matches("<circle").count(), MOST);
        assert!(matrix(&[], &articles, &[]).contains("Similarity of 0 articles"));
    }
}
