//! The engines of browsers that a test can be played in.

use std::cell::Cell;

use crate::support::skipped;

/// What draws the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    /// The one of all tests.
    Chromium,
    Firefox,
    /// WebKitGTK.
    WebKit,
}

/// The engines, by [`Engine::name`], that the caller has decided to do without.
const WITHOUT: &str = "GUICHET_WITHOUT_ENGINES";

thread_local! {
    static PLAYED: Cell<Engine> = const { Cell::new(Engine::Chromium) };
}

impl Engine {
    /// The one that this thread's test is played in.
    pub(crate) fn current() -> Self {
        PLAYED.get()
    }

    /// Whether scripts of a test's own run before those of each page: the widget's events are
    /// noted by one.
    pub(crate) fn runs_before_pages(self) -> bool {
        self != Self::WebKit
    }

    /// Whether its driver finds a page again that sends `Cross-Origin-Opener-Policy` and to which a
    /// way back leads. WebKit's answers nothing of such a page any more, while the page works.
    pub(crate) fn finds_lone_pages_again(self) -> bool {
        self != Self::WebKit
    }

    fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::WebKit => "webkit",
        }
    }

    /// Plays a test of Chromium's in this engine. Where the caller does without the engine, the
    /// test counts as one that was left out.
    pub(crate) fn plays(self, test: fn()) {
        let without = std::env::var(WITHOUT).unwrap_or_default();
        if without.split([' ', ',']).any(|name| name == self.name()) {
            return skipped(&format!("without {}, as {WITHOUT} says", self.name()));
        }
        // Where tests run one by one, the next one has the same thread.
        struct Back;
        impl Drop for Back {
            fn drop(&mut self) {
                PLAYED.set(Engine::Chromium);
            }
        }
        let _back = Back;
        PLAYED.set(self);
        test();
    }
}
