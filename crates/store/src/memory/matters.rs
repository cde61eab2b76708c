//! What needs a person: nobody is here to look after it.

use async_trait::async_trait;
use guichet_domain::attention::Matter;

use super::tables::Tables;
use crate::error::StoreError;
use crate::transaction::Matters;
use crate::types::{KeptMatter, LookedAfter};

#[async_trait]
impl Matters for Tables {
    async fn looked_after(&mut self, _: &Matter) -> Result<LookedAfter, StoreError> {
        Ok(LookedAfter::default())
    }

    async fn of_payment(&mut self, _: &str) -> Result<Vec<KeptMatter>, StoreError> {
        Ok(Vec::new())
    }

    async fn look_after(&mut self, _: &Matter, _: &LookedAfter) -> Result<(), StoreError> {
        Err(StoreError::Corrupt(
            "nobody looks after anything here".into(),
        ))
    }

    async fn forget(&mut self, _: &str, _: &str) -> Result<(), StoreError> {
        Ok(())
    }

    async fn times(&mut self, _: &Matter) -> Result<Option<u32>, StoreError> {
        Ok(None)
    }
}
