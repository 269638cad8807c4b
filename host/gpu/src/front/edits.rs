//! A source with pieces replaced, and the way back from a place in it to the author's.

use std::collections::BTreeMap;
use std::ops::Range;

use naga::Span;

/// Replacements of ranges of one source; none overlaps another. An empty range is an insertion.
#[derive(Debug, Clone, Default)]
pub struct Edits {
    /// By start of the range in the source: its end, and what stands there instead.
    edits: BTreeMap<usize, (usize, String)>,
}

impl Edits {
    /// Replaces a range of the source; edits inside it are dropped.
    pub fn replace(&mut self, start: usize, end: usize, text: String) {
        let inside: Vec<usize> = self.edits.range(start..end).map(|(&at, _)| at).collect();
        for at in inside {
            self.edits.remove(&at);
        }
        self.edits.insert(start, (end, text));
    }

    /// Inserts before a place of the source, after what was inserted there before.
    pub fn insert(&mut self, at: usize, text: &str) {
        match self.edits.get_mut(&at) {
            // Before a replaced range as well as between two characters.
            Some((_, there)) => there.insert_str(0, text),
            None => {
                self.edits.insert(at, (at, text.to_owned()));
            }
        }
    }

    /// The edited text.
    pub fn apply(&self, source: &str) -> String {
        let mut made = String::with_capacity(source.len());
        let mut at = 0;
        for (&start, (end, text)) in &self.edits {
            made.push_str(source.get(at..start).unwrap_or_default());
            made.push_str(text);
            at = at.max(*end);
        }
        made.push_str(source.get(at..).unwrap_or_default());
        made
    }

    /// The way back from places in the edited text.
    pub fn way_back(&self) -> WayBack {
        let (mut source_at, mut edited_at) = (0, 0);
        let mut pieces = Vec::with_capacity(self.edits.len());
        for (&start, (end, text)) in &self.edits {
            edited_at += start - source_at;
            pieces.push(Piece { edited: edited_at..edited_at + text.len(), source: start..*end });
            edited_at += text.len();
            source_at = *end;
        }
        WayBack { pieces }
    }

    /// Whether nothing is edited.
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }
}

#[derive(Debug, Clone)]
struct Piece {
    edited: Range<usize>,
    source: Range<usize>,
}

/// From places in an edited text to those in the source, by bisection: a shader may have a hundred thousand edits.
#[derive(Debug, Clone, Default)]
pub struct WayBack {
    pieces: Vec<Piece>,
}

impl WayBack {
    /// The place in the source of a place in the edited text. Inside a replacement: its start.
    pub fn original(&self, edited: usize) -> usize {
        let after = self.pieces.partition_point(|piece| piece.edited.start <= edited);
        match after.checked_sub(1).and_then(|index| self.pieces.get(index)) {
            None => edited,
            Some(piece) if piece.edited.contains(&edited) => piece.source.start,
            Some(piece) => piece.source.end + (edited - piece.edited.end),
        }
    }

    /// Where in the edited text the edit stands that starts at a place of the source.
    pub fn place_of(&self, start: usize) -> Option<usize> {
        let at = self.pieces.binary_search_by_key(&start, |piece| piece.source.start).ok()?;
        self.pieces.get(at).map(|piece| piece.edited.start)
    }
}

/// Spans of a module, translated.
#[derive(Debug, Clone, Default)]
pub enum SpanMap {
    /// As they are.
    #[default]
    Same,
    /// Of no use to a reader of the source.
    Dropped,
    /// From an edited text to the source.
    Edited(std::sync::Arc<WayBack>),
}

impl SpanMap {
    /// The span in the source.
    pub fn map(&self, span: Span) -> Span {
        match (self, span.to_range()) {
            (Self::Same, _) => span,
            (Self::Dropped, _) | (_, None) => Span::UNDEFINED,
            (Self::Edited(back), Some(range)) => {
                let (start, end) = (back.original(range.start), back.original(range.end));
                Span::new(u32::try_from(start).unwrap_or(u32::MAX), u32::try_from(end.max(start)).unwrap_or(u32::MAX))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Edits;

    #[test]
    fn places_lead_back() {
        let source = "a(b, c) + d(e)";
        let mut edits = Edits::default();
        edits.insert(2, "m(");
        edits.insert(3, ")");
        edits.replace(10, 14, "9.5f".to_owned());
        edits.replace(6, 7, ") + 0)".to_owned());
        let text = edits.apply(source);
        assert_eq!(text, "a(m(b), c) + 0) + 9.5f");
        let back = edits.way_back();
        let all: Vec<usize> = (0..=text.len()).map(|at| back.original(at)).collect();
        // "m(" and ")" are inserted, ")" is replaced by ") + 0)", and "d(e)" by "9.5f".
        assert_eq!(all, [0, 1, 2, 2, 2, 3, 3, 4, 5, 6, 6, 6, 6, 6, 6, 7, 8, 9, 10, 10, 10, 10, 14], "{text}");
        assert_eq!(Edits::default().way_back().original(7), 7);
        assert_eq!([2, 3, 6, 10, 4].map(|at| back.place_of(at)), [Some(2), Some(5), Some(9), Some(18), None]);
    }
}
