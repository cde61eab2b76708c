//! What every view reads: the state as a signal, the words, and what of the state is drawn anew.

use leptos::prelude::*;

use crate::state::entry::Entry;
use crate::state::locale::Locale;
use crate::state::model::{Drawing, Model};
use crate::words::Words;

/// Where the forms go, and what goes with each.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) struct Plain {
    /// The address.
    pub(crate) action: String,
    /// Hidden fields, by name.
    pub(crate) hidden: Vec<(&'static str, String)>,
}

/// A widget's state, as its views follow it. On the server nothing follows: each is read once.
#[derive(Clone, Copy)]
pub(crate) struct Ui {
    /// The whole state. Only what is changed in place follows it.
    model: RwSignal<Model>,
    /// Changes when the face must be drawn anew.
    drawing: Memo<Drawing>,
    /// Changes when the saved cards, or the brands of the card that is typed, are others.
    detail: Memo<u32>,
    /// How the shopper is spoken to.
    pub(crate) locale: Locale,
    /// Where the buttons lead without a script; nowhere if absent.
    #[cfg(not(target_arch = "wasm32"))]
    pub(super) plain: Option<StoredValue<Plain>>,
}

impl Ui {
    /// Belongs to the current owner, and is gone with it.
    pub(crate) fn new(model: Model, locale: Locale) -> Self {
        let model = RwSignal::new(model);
        Self {
            model,
            drawing: Memo::new(move |_| model.with(Model::drawing)),
            detail: Memo::new(move |_| model.with(|model| model.detail)),
            locale,
            #[cfg(not(target_arch = "wasm32"))]
            plain: None,
        }
    }

    /// The same, for a face whose buttons work without a script.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn plain(model: Model, locale: Locale, plain: Plain) -> Self {
        Self {
            plain: Some(StoredValue::new(plain)),
            ..Self::new(model, locale)
        }
    }

    /// Whether the buttons are those of forms.
    pub(super) fn is_plain(self) -> bool {
        #[cfg(not(target_arch = "wasm32"))]
        return self.plain.is_some();
        #[cfg(target_arch = "wasm32")]
        false
    }

    /// The texts of the widget's language.
    pub(crate) fn words(self) -> &'static Words {
        self.locale.words
    }

    /// Reads the state once; nothing where the widget is gone.
    pub(crate) fn with<T>(self, read: impl FnOnce(&Model) -> T) -> Option<T> {
        let (mut read, mut result) = (Some(read), None);
        self.read(&mut |model| result = read.take().map(|read| read(model)));
        result
    }

    /// Reads the state, again whenever it changes.
    pub(crate) fn follow<T>(self, read: impl FnOnce(&Model) -> T) -> Option<T> {
        self.model.track();
        self.with(read)
    }

    /// Changes the state; nothing where the widget is gone.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn update<T>(self, change: impl FnOnce(&mut Model) -> T) -> Option<T> {
        let (mut change, mut result) = (Some(change), None);
        self.write(&mut |model| result = change.take().map(|change| change(model)));
        result
    }

    // These stand in the module once, and not for everything that is read or changed.

    #[inline(never)]
    fn read(self, read: &mut dyn FnMut(&Model)) {
        self.model.try_with_untracked(read);
    }

    #[cfg(target_arch = "wasm32")]
    #[inline(never)]
    fn write(self, change: &mut dyn FnMut(&mut Model)) {
        self.model.try_update(change);
    }

    /// Runs again whenever the face must be drawn anew.
    pub(crate) fn follow_drawing(self) {
        // A memo that was never read knows nothing, and tells nothing.
        self.drawing.with(|_| ());
    }

    /// Runs again whenever the brands of the card that is typed are others, or the saved cards.
    pub(crate) fn follow_detail(self) {
        self.detail.with(|_| ());
    }

    /// Follows what is entered.
    pub(crate) fn follow_entry<T>(self, read: impl FnOnce(&Entry) -> T) -> Option<T> {
        self.follow(|model| model.entry.as_deref().map(read))
            .flatten()
    }

    /// Follows whether what is entered does not change any more.
    pub(crate) fn is_given(self) -> bool {
        self.follow_entry(Entry::is_given) == Some(true)
    }

    /// Follows whether an answer is waited for.
    pub(crate) fn busy(self) -> bool {
        self.follow(Model::is_busy).unwrap_or_default()
    }
}
