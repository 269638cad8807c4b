//! Paths as a guest writes them (`specs/execution.md`, section 7, "Paths").
//!
//! A path is checked as text before anything is looked up: length, NUL, emptiness, a leading `/`, then each component in order for its length and for
//! leaving the handle's directory.
//!
//! **Why may the escape be decided on the text alone?** There are no symbolic links, so `a/..` is where it was, whatever `a` is. A path that goes above its
//! handle is refused the same way whether or not what lies there exists.

use crate::host::errno::Errno;

/// Longest path given to a call, and longest path of anything in the tree, in bytes.
pub(crate) const PATH_BYTES_MAX: usize = 4096;
/// Longest component, in bytes.
pub(crate) const NAME_BYTES_MAX: usize = 255;

/// A path whose text has been checked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Path<'p> {
    text: &'p str,
    /// It ends in `/`, or its last component is `.` or `..`: only a directory will do.
    pub(crate) wants_directory: bool,
}

/// One step of a walk. `.` and empty components are no steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step<'p> {
    /// `..`
    Up,
    /// Down to the entry of this name.
    Down(&'p str),
}

impl<'p> Path<'p> {
    /// Checks the text.
    pub(crate) fn parse(text: &'p str) -> Result<Self, Errno> {
        if text.len() > PATH_BYTES_MAX {
            return Err(Errno::Nametoolong);
        }
        if text.contains('\0') {
            return Err(Errno::Inval);
        }
        if text.is_empty() {
            return Err(Errno::Noent);
        }
        if text.starts_with('/') {
            return Err(Errno::Notcapable);
        }
        let mut depth = 0_usize;
        for component in text.split('/') {
            if component.len() > NAME_BYTES_MAX {
                return Err(Errno::Nametoolong);
            }
            depth = match component {
                "" | "." => depth,
                ".." => depth.checked_sub(1).ok_or(Errno::Notcapable)?,
                _ => depth + 1,
            };
        }
        let last = text.rsplit('/').next().unwrap_or_default();
        let wants_directory = matches!(last, "" | "." | "..");
        Ok(Self { text, wants_directory })
    }

    /// The whole walk.
    pub(crate) fn steps(&self) -> impl Iterator<Item = Step<'p>> {
        steps(self.text)
    }

    /// The walk to the parent, and the last component; `None` if that is `.` or `..`, which name nothing of their own.
    pub(crate) fn split_last(&self) -> Option<(impl Iterator<Item = Step<'p>> + use<'p>, &'p str)> {
        let text = self.text.trim_end_matches('/');
        let (head, last) = text.rsplit_once('/').unwrap_or(("", text));
        (last != "." && last != "..").then(|| (steps(head), last))
    }
}

fn steps(text: &str) -> impl Iterator<Item = Step<'_>> {
    text.split('/').filter_map(|component| match component {
        "" | "." => None,
        ".." => Some(Step::Up),
        name => Some(Step::Down(name)),
    })
}

/// Whether something may be created under this name. Length, `/`, `.` and `..` have been dealt with by [`Path::parse`].
pub(crate) fn may_be_created(name: &str) -> bool {
    !name.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Option<Errno> {
        Path::parse(text).err()
    }

    #[test]
    fn text_is_checked_in_the_order_of_the_specification() {
        assert_eq!(refused(&"a/".repeat(2048)), None);
        assert_eq!(refused(&format!("{}a", "a/".repeat(2048))), Some(Errno::Nametoolong));
        assert_eq!(refused("a\0"), Some(Errno::Inval));
        assert_eq!(refused(""), Some(Errno::Noent));
        assert_eq!(refused("/tmp"), Some(Errno::Notcapable));
        assert_eq!(refused(&"n".repeat(255)), None);
        assert_eq!(refused(&"n".repeat(256)), Some(Errno::Nametoolong));
        // Component by component: whichever comes first decides.
        assert_eq!(refused(&format!("../{}", "n".repeat(256))), Some(Errno::Notcapable));
        assert_eq!(refused(&format!("{}/../..", "n".repeat(256))), Some(Errno::Nametoolong));
    }

    #[test]
    fn leaving_the_directory_is_refused_even_if_it_would_come_back() {
        for text in ["..", "../tmp", "a/../..", "a/../../a", "./..", "a//../.././b"] {
            assert_eq!(refused(text), Some(Errno::Notcapable), "{text}");
        }
        for text in ["a/..", "a/../b", "a/b/../..", "./.", "a//b/../../c"] {
            assert_eq!(refused(text), None, "{text}");
        }
    }

    #[test]
    fn what_asks_for_a_directory() {
        for (text, wants) in
            [("a", false), ("a/", true), ("a/.", true), ("a/..", true), (".", true), ("a//", true), ("a/b", false), ("..a", false)]
        {
            assert_eq!(Path::parse(text).map(|path| path.wants_directory), Ok(wants), "{text}");
        }
    }

    #[test]
    fn splitting_leaves_the_name_and_the_walk_to_it() {
        let path = Path::parse("a//./b/../c//").expect("well formed");
        let (walk, name) = path.split_last().expect("has a name");
        assert_eq!(walk.collect::<Vec<_>>(), [Step::Down("a"), Step::Down("b"), Step::Up]);
        assert_eq!(name, "c");
        assert_eq!(path.steps().count(), 4);
        assert!(Path::parse("a/.").expect("well formed").split_last().is_none());
        assert!(Path::parse("a/../").expect("well formed").split_last().is_none());
    }

    #[test]
    fn control_characters_name_nothing_new() {
        for name in ["\u{1}", "a\u{1f}", "\u{7f}", "\u{80}", "a\u{9f}b"] {
            assert!(!may_be_created(name), "{name:?}");
        }
        for name in ["a b", "ä", "\u{a0}", "名", "..."] {
            assert!(may_be_created(name), "{name:?}");
        }
    }
}
