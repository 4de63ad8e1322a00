//! Plain graph questions over node numbers: what follows what, which branches a split has, where they meet.

/// A set of small numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Set(Vec<u64>);

impl Set {
    pub(super) fn empty(size: usize) -> Self {
        Self(vec![0; size.div_ceil(64)])
    }

    /// Adds a number; `false` when it was in.
    pub(super) fn insert(&mut self, number: usize) -> bool {
        let (word, bit) = (number / 64, 1 << (number % 64));
        let is_new = self.0[word] & bit == 0;
        self.0[word] |= bit;
        is_new
    }

    pub(super) fn contains(&self, number: usize) -> bool {
        self.0.get(number / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
    }
}

/// For every node, the nodes that come directly after it.
pub(super) type Next = [Vec<usize>];

/// What can be reached from `start` itself on, never going past a node in `stops`.
pub(super) fn reach_from(next: &Next, start: usize, stops: &[usize]) -> Set {
    let mut found = Set::empty(next.len());
    let mut open = vec![start];
    while let Some(node) = open.pop() {
        if !stops.contains(&node) && found.insert(node) {
            open.extend(&next[node]);
        }
    }
    found
}

/// For every node, what can be reached by at least one edge.
pub(super) fn reach_all(next: &Next) -> Vec<Set> {
    let from = |node: usize| {
        let mut found = Set::empty(next.len());
        let mut open = next[node].clone();
        while let Some(node) = open.pop() {
            if found.insert(node) {
                open.extend(&next[node]);
            }
        }
        found
    };
    (0..next.len()).map(from).collect()
}

/// The node among `joins` where all of `branches` meet first; `None` when they do not meet in one.
pub(super) fn meeting(next: &Next, branches: &[usize], joins: &[usize]) -> Option<usize> {
    let distances: Vec<_> = branches.iter().map(|branch| distances(next, *branch)).collect();
    let total = |join: &usize| -> Option<usize> { distances.iter().map(|distance| distance[*join]).sum() };
    let met = joins.iter().filter_map(|join| Some((total(join)?, *join)));
    met.min().map(|(_, join)| join)
}

fn distances(next: &Next, start: usize) -> Vec<Option<usize>> {
    let mut distances = vec![None; next.len()];
    let mut queue = std::collections::VecDeque::from([(start, 0)]);
    while let Some((node, distance)) = queue.pop_front() {
        if distances[node].is_none() {
            distances[node] = Some(distance);
            queue.extend(next[node].iter().map(|node| (*node, distance + 1)));
        }
    }
    distances
}

/// A split whose ways run side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) split: usize,
    pub(super) join: Option<usize>,
    /// Per way out: its nodes up to the join.
    pub(super) branches: Vec<Set>,
}

impl Block {
    pub(super) fn new(next: &Next, split: usize, firsts: &[usize], join: Option<usize>) -> Self {
        let stops: Vec<_> = join.into_iter().chain([split]).collect();
        let branches = firsts.iter().map(|first| reach_from(next, *first, &stops)).collect();
        Self { split, join, branches }
    }

    /// The branches a node lies in.
    pub(super) fn branches_of(&self, node: usize) -> impl Iterator<Item = usize> {
        let lies = move |(index, branch): (usize, &Set)| branch.contains(node).then_some(index);
        self.branches.iter().enumerate().filter_map(lies)
    }
}

/// Groups of nodes that can all reach each other, single nodes only where they loop on themselves.
pub(super) fn cycles(next: &Next) -> Vec<Vec<usize>> {
    let reach = reach_all(next);
    let mut seen = Set::empty(next.len());
    let mut found = Vec::new();
    for node in 0..next.len() {
        if seen.contains(node) || !reach[node].contains(node) {
            continue;
        }
        let group: Vec<_> =
            (node..next.len()).filter(|other| reach[node].contains(*other) && reach[*other].contains(node)).collect();
        for member in &group {
            seen.insert(*member);
        }
        found.push(group);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 0 forks into 1 and 2, which meet in 3; 4 leads back to 0 or on to 5.
    fn diamond() -> Vec<Vec<usize>> {
        vec![vec![1, 2], vec![3], vec![3], vec![4], vec![0, 5], vec![]]
    }

    #[test]
    fn branches_meet_at_the_nearest_join_and_do_not_run_through_it() {
        let next = diamond();
        assert_eq!(meeting(&next, &[1, 2], &[3]), Some(3));
        assert_eq!(meeting(&next, &[1, 2], &[]), None);
        let block = Block::new(&next, 0, &[1, 2], Some(3));
        assert_eq!(block.branches_of(1).collect::<Vec<_>>(), [0]);
        assert_eq!(block.branches_of(2).collect::<Vec<_>>(), [1]);
        assert_eq!(block.branches_of(4).count(), 0);
    }

    #[test]
    fn reach_and_cycles() {
        let next = diamond();
        let reach = reach_all(&next);
        assert!(reach[1].contains(2), "around the loop");
        assert!(!reach[5].contains(5));
        assert_eq!(cycles(&next), [vec![0, 1, 2, 3, 4]]);
        assert!(cycles(&[vec![1], vec![]]).is_empty());
        assert_eq!(cycles(&[vec![0]]), [vec![0]]);
    }
}
