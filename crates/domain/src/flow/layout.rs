//! Places for the nodes of a flow on a small drawing: columns by distance from the start, rows without overlap.

use serde::Serialize;

use super::compiled::Flow;

/// Where a node is drawn, in whole columns and rows from the top left.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Place {
    pub node: String,
    pub column: usize,
    pub row: usize,
    /// The place the document gives, which wins where it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<serde_json::Value>,
}

/// A layered drawing: an edge leads to a later column unless it leads back.
pub fn layout(flow: &Flow) -> Vec<Place> {
    let columns = columns(flow);
    let rows = rows(flow, &columns);
    let place = |index: usize| Place {
        node: flow.nodes[index].id.clone(),
        column: columns[index],
        row: rows[index],
        position: flow.nodes[index].position.clone(),
    };
    (0..flow.nodes.len()).map(place).collect()
}

fn next_of(flow: &Flow, node: usize) -> impl Iterator<Item = usize> {
    let node = &flow.nodes[node];
    let borders = node.boundaries.iter().flat_map(|boundary| &boundary.out);
    node.out.iter().chain(borders).map(|edge| flow.edges[*edge].to)
}

/// Longest distance from a start, edges that lead back left out.
fn columns(flow: &Flow) -> Vec<usize> {
    let order = topological(flow);
    let mut rank = vec![0; flow.nodes.len()];
    for (index, node) in order.iter().enumerate() {
        rank[*node] = index;
    }
    let mut columns = vec![0; flow.nodes.len()];
    for node in order {
        for next in next_of(flow, node) {
            if rank[next] > rank[node] {
                columns[next] = columns[next].max(columns[node] + 1);
            }
        }
    }
    columns
}

/// Nodes so that every edge leads onward, except those that close a circle.
fn topological(flow: &Flow) -> Vec<usize> {
    let mut order = Vec::with_capacity(flow.nodes.len());
    let mut state = vec![0_u8; flow.nodes.len()];
    let unled = (0..flow.nodes.len()).filter(|node| flow.nodes[*node].incoming.is_empty());
    let roots: Vec<_> = flow.entries.iter().copied().chain(unled).chain(0..flow.nodes.len()).collect();
    for root in roots {
        let mut stack = vec![(root, false)];
        while let Some((node, is_left)) = stack.pop() {
            if is_left {
                order.push(node);
            } else if state[node] == 0 {
                state[node] = 1;
                stack.push((node, true));
                // The first edge is walked last, so that it comes out first.
                let next: Vec<_> = next_of(flow, node).collect();
                stack.extend(next.into_iter().map(|node| (node, false)));
            }
        }
    }
    order.reverse();
    order
}

/// Per column from the left: near the middle of those before it, one row each, the main way on top.
fn rows(flow: &Flow, columns: &[usize]) -> Vec<usize> {
    let mut rows = vec![0_usize; flow.nodes.len()];
    let last = columns.iter().copied().max().unwrap_or(0);
    for column in 0..=last {
        let mut here: Vec<(usize, bool, usize)> = (0..flow.nodes.len())
            .filter(|node| columns[*node] == column)
            .map(|node| {
                let before: Vec<_> = flow.nodes[node]
                    .incoming
                    .iter()
                    .copied()
                    .filter(|edge| columns[flow.edges[*edge].from] < column)
                    .collect();
                let sum: usize = before.iter().map(|edge| rows[flow.edges[*edge].from]).sum();
                let wish = if before.is_empty() { 0 } else { sum / before.len() };
                let is_aside = !before.is_empty() && before.iter().all(|edge| leads_aside(flow, *edge));
                (wish, is_aside, node)
            })
            .collect();
        here.sort_unstable();
        let mut free = 0;
        for (wish, _, node) in here {
            rows[node] = wish.max(free);
            free = rows[node] + 1;
        }
    }
    rows
}

/// An edge for the unusual: a boundary event, or a named outcome such as `reject`.
fn leads_aside(flow: &Flow, edge: usize) -> bool {
    let found = &flow.edges[edge];
    found.on.is_some() || !flow.nodes[found.from].out.contains(&edge)
}
