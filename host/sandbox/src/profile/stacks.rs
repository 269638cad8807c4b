//! The stacks that were seen, as a tree: each node a function called from its parent, with the fuel that was used while it was on top.
//!
//! **Why bounds?** A stranger's program decides how many stacks there are. Below [`DEPTH_MAX`] frames everything is one node `[deeper]`; after [`NODES_MAX`] nodes every new stack is one node
//! `[other stacks]`. No fuel is lost, only where it went.

use std::collections::HashMap;

use super::amount::{Amount, Span};

/// Most frames of a stack.
pub const DEPTH_MAX: usize = 256;
/// Most stacks that are told apart.
pub const NODES_MAX: usize = 1_000_000;

/// What a frame of a stack is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Frame {
    /// By its place among the functions that are counted.
    Function(u32),
    /// What was called below [`DEPTH_MAX`] frames.
    Deeper,
    /// All stacks after the first [`NODES_MAX`].
    Other,
    /// What is paid for before anything is executed, when instantiation traps.
    Instantiation,
}

impl Frame {
    /// What is called from here is not told apart from it.
    fn is_cut(self) -> bool {
        matches!(self, Self::Deeper | Self::Other)
    }
}

/// The number of a node. Node 0 is the host, which calls what is on the bottom of a stack.
pub(super) type Node = u32;
/// No function.
pub(super) const ROOT: Node = 0;

#[derive(Debug, Clone)]
struct Entry {
    parent: Node,
    frame: Frame,
    fuel: Amount,
    /// What was called from here last: mostly that is what is called next.
    last: Option<(Frame, Node)>,
}

/// The tree.
#[derive(Debug, Clone)]
pub(super) struct Stacks {
    nodes: Vec<Entry>,
    children: HashMap<(Node, Frame), Node>,
    nodes_max: usize,
}

impl Stacks {
    pub(super) fn new(nodes_max: usize) -> Self {
        let root = Entry { parent: ROOT, frame: Frame::Instantiation, fuel: Amount::default(), last: None };
        Self { nodes: vec![root], children: HashMap::new(), nodes_max }
    }

    /// The node of `frame`, called from `parent`, which has `depth` frames.
    pub(super) fn child(&mut self, parent: Node, frame: Frame, depth: usize) -> Node {
        let from = &self.nodes[parent as usize];
        if parent != ROOT && from.frame.is_cut() {
            return parent;
        }
        let frame = if depth >= DEPTH_MAX { Frame::Deeper } else { frame };
        if let Some((last, node)) = from.last
            && last == frame
        {
            return node;
        }
        let node = match self.children.get(&(parent, frame)) {
            Some(node) => *node,
            None if self.nodes.len() < self.nodes_max => self.add(parent, frame),
            None => return self.other(),
        };
        self.nodes[parent as usize].last = Some((frame, node));
        node
    }

    fn other(&mut self) -> Node {
        match self.children.get(&(ROOT, Frame::Other)) {
            Some(node) => *node,
            None => self.add(ROOT, Frame::Other),
        }
    }

    fn add(&mut self, parent: Node, frame: Frame) -> Node {
        let node = self.nodes.len() as Node;
        self.nodes.push(Entry { parent, frame, fuel: Amount::default(), last: None });
        self.children.insert((parent, frame), node);
        node
    }

    pub(super) fn spend(&mut self, node: Node, span: Span) {
        self.nodes[node as usize].fuel.add(span);
    }

    pub(super) fn spend_paid(&mut self, node: Node, fuel: u64) {
        self.nodes[node as usize].fuel.add_paid(fuel);
    }

    pub(super) fn take_back(&mut self, epoch: u64) {
        for node in &mut self.nodes {
            node.fuel.take_back(epoch);
        }
    }

    /// Fuel of all stacks together.
    pub(super) fn fuel(&self) -> u64 {
        self.nodes.iter().map(|node| node.fuel.fuel()).sum()
    }

    /// Whether any stack has this frame.
    pub(super) fn has(&self, frame: Frame) -> bool {
        self.nodes[1..].iter().any(|node| node.frame == frame && node.fuel.fuel() > 0)
    }

    /// The stacks on top of which fuel was used, by falling fuel, and how much.
    pub(super) fn hottest(&self) -> Vec<(Node, u64)> {
        let used = self.nodes.iter().enumerate().map(|(node, entry)| (node as Node, entry.fuel.fuel()));
        let mut used: Vec<(Node, u64)> = used.filter(|(_, fuel)| *fuel > 0).collect();
        used.sort_by_key(|(node, fuel)| (std::cmp::Reverse(*fuel), *node));
        used
    }

    /// The frames of a stack, its bottom first.
    pub(super) fn frames(&self, node: Node) -> Vec<Frame> {
        let mut frames = Vec::new();
        let mut at = node;
        while at != ROOT {
            let entry = &self.nodes[at as usize];
            frames.push(entry.frame);
            at = entry.parent;
        }
        if frames.is_empty() {
            frames.push(Frame::Instantiation);
        }
        frames.reverse();
        frames
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stacks_are_told_apart_until_there_are_too_many() {
        let mut stacks = Stacks::new(4);
        let main = stacks.child(ROOT, Frame::Function(0), 0);
        let (a, b) = (stacks.child(main, Frame::Function(1), 1), stacks.child(main, Frame::Function(2), 1));
        assert_ne!(a, b);
        assert_eq!(stacks.child(main, Frame::Function(1), 1), a);
        let other = stacks.child(main, Frame::Function(3), 1);
        assert_eq!(stacks.frames(other), [Frame::Other]);
        assert_eq!(stacks.child(other, Frame::Function(1), 2), other);
        assert_eq!(stacks.child(a, Frame::Function(7), 2), other, "one node for all of them");
        assert_eq!(stacks.frames(b), [Frame::Function(0), Frame::Function(2)]);
    }

    #[test]
    fn what_is_too_deep_is_one_frame() {
        let mut stacks = Stacks::new(NODES_MAX);
        let mut node = ROOT;
        for depth in 0..1000 {
            node = stacks.child(node, Frame::Function(5), depth);
        }
        let frames = stacks.frames(node);
        assert_eq!((frames.len(), frames[DEPTH_MAX - 1], frames[DEPTH_MAX]), (DEPTH_MAX + 1, Frame::Function(5), Frame::Deeper));
    }
}
