//! What is measured, and what comes out.

use std::time::Duration;

/// One figure: how many a second, and how long the slowest of a hundred took.
#[derive(Clone, Copy, Default)]
pub(super) struct Figure {
    pub(super) rate: f64,
    pub(super) p99: Duration,
}

/// What is measured, in the order of the table.
#[derive(Clone, Copy)]
pub(super) enum Work {
    Sessions,
    Notifications,
    Statuses,
}

impl Work {
    pub(super) const ALL: [Self; 3] = [Self::Sessions, Self::Notifications, Self::Statuses];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sessions => "sessions made",
            Self::Notifications => "notifications confirmed",
            Self::Statuses => "statuses",
        }
    }
}

/// The figure in the middle.
pub(super) fn middle(mut figures: Vec<Figure>) -> Figure {
    figures.sort_by(|a, b| a.rate.total_cmp(&b.rate));
    let middle = figures.len() / 2;
    figures.get(middle).copied().unwrap_or_default()
}
