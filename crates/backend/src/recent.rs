//! What was of use lately, as far as there is room for it.

use std::collections::HashMap;
use std::hash::Hash;
use std::mem::take;
use std::sync::{Mutex, PoisonError};

/// Remembers in two halves: the older one is forgotten once the younger one is full. What is asked
/// for is young again.
pub(crate) struct Recent<K, V> {
    /// Most entries of a half.
    most: usize,
    halves: Mutex<Halves<K, V>>,
}

struct Halves<K, V> {
    young: HashMap<K, V>,
    old: HashMap<K, V>,
}

impl<K: Clone + Eq + Hash, V: Clone> Recent<K, V> {
    /// Remembers at most twice as many as are given.
    pub(crate) fn new(most: usize) -> Self {
        let halves = Halves {
            young: HashMap::new(),
            old: HashMap::new(),
        };
        Self {
            most,
            halves: Mutex::new(halves),
        }
    }

    pub(crate) fn insert(&self, key: K, value: V) {
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        halves.insert(self.most, key, value);
    }

    pub(crate) fn get(&self, key: &K) -> Option<V> {
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = halves.young.get(key) {
            return Some(value.clone());
        }
        let value = halves.old.get(key)?.clone();
        halves.insert(self.most, key.clone(), value.clone());
        Some(value)
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        let halves = self.halves.lock().unwrap();
        halves.young.len() + halves.old.len()
    }
}

impl<K: Eq + Hash, V> Halves<K, V> {
    fn insert(&mut self, most: usize, key: K, value: V) {
        if self.young.len() >= most {
            self.old = take(&mut self.young);
        }
        self.young.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_remembered_among_many_that_are_not() {
        let recent = Recent::new(10);
        recent.insert(0, "kept");
        recent.insert(1, "not kept");
        for number in 2..1000 {
            recent.insert(number, "of many");
            assert_eq!(recent.get(&0), Some("kept"));
            assert!(recent.len() <= 20);
        }
        assert_eq!(recent.get(&1), None);
    }
}
