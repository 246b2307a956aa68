//! What is known of a return from outside it.

use crate::form::{Rulebook, Shape, SlotId};
use crate::returns::Before;
use crate::value::Amount;

/// Last year's figures of the same agency, by code.
pub(crate) struct Evidence<'a> {
    previous: &'a dyn Fn(&str) -> Option<Before>,
}

impl<'a> Evidence<'a> {
    /// Evidence from last year's figures.
    #[must_use]
    pub(crate) fn new(previous: &'a dyn Fn(&str) -> Option<Before>) -> Self {
        Evidence { previous }
    }

    /// The same figure last year.
    #[must_use]
    pub(crate) fn last_year(&self, book: &Rulebook, slot: SlotId) -> Option<Amount> {
        (self.previous)(&book.slot(slot).code).map(|before| before.value)
    }

    /// The value that last year's figures demand of a figure that was carried over.
    #[must_use]
    pub(crate) fn demands(&self, book: &Rulebook, slot: SlotId) -> Option<Amount> {
        let form = book.form(book.slot(slot).form);
        let carried = form
            .identities
            .iter()
            .find(|identity| identity.shape == Shape::Carry && identity.whole == [slot] && identity.parts.is_empty())?;
        carried.previous.iter().try_fold(Amount::ZERO, |sum, slot| Some(sum + self.last_year(book, *slot)?))
    }
}
