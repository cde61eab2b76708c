//! The people of the desk.

use async_trait::async_trait;
use guichet_domain::attention::Matter;
use guichet_domain::desk::{Act, Role};
use guichet_domain::money::Currency;

use crate::error::StoreError;
use crate::types::{
    Approval, Asking, Decided, Deed, DeedLimit, DeskAct, DeskCode, DeskLogin, DeskPerson, Handled,
    KeptMatter, KeySeen, Vouched, Written, WrittenDeed,
};

/// What the books know of the desk's people. What is changed and the act that tells of it are
/// written in one transaction; acts are only ever added.
#[async_trait]
pub trait People: Send + Sync {
    /// Adds a person; or, where `instead_of` is the password of who has that name, gives them a new
    /// one and that role: then they may log in again, and whatever logins they had are over. Their
    /// codes stay as they are. `false`, and nothing is changed, if somebody has that name of whom
    /// nothing was known, or their password is no longer that one.
    async fn add_person(
        &self,
        person: &DeskPerson,
        instead_of: Option<&str>,
        act: &DeskAct,
    ) -> Result<bool, StoreError>;

    /// Gives the act's person another role, and ends their logins; `false` if nobody has that name.
    async fn change_role(&self, role: &Role, act: &DeskAct) -> Result<bool, StoreError>;

    /// Takes the codes of the act's person away, for a lost phone, and ends their logins; `false`
    /// if they had none.
    async fn reset_code(&self, act: &DeskAct) -> Result<bool, StoreError>;

    /// Lets a person log in no more, and ends their logins; `false` if nobody has that name or it
    /// was done before.
    async fn disable_person(&self, act: &DeskAct) -> Result<bool, StoreError>;

    /// Whether there is anybody.
    async fn has_people(&self) -> Result<bool, StoreError>;

    /// Every person, by name.
    async fn people(&self) -> Result<Vec<DeskPerson>, StoreError>;

    /// The person of that name.
    async fn person(&self, name: &str) -> Result<Option<DeskPerson>, StoreError>;

    /// Begins a login of the act's person; `false` if they may not log in, or their password is no
    /// longer this one. `digest` is the SHA-256 of its token.
    async fn begin_login(
        &self,
        digest: &[u8],
        password: &str,
        act: &DeskAct,
    ) -> Result<bool, StoreError>;

    /// Begins a login of the act's person, whom somebody else vouches for; `false` if they may not
    /// log in, or what stands in their password's place is not the voucher's.
    async fn begin_vouched(
        &self,
        digest: &[u8],
        voucher: &Vouched<'_>,
        act: &DeskAct,
    ) -> Result<bool, StoreError>;

    /// Takes something that is good once, by its SHA-256; `false` if it was taken before. What was
    /// taken before `since` is forgotten: it must be worthless by then.
    async fn take_once(&self, digest: &[u8], now: i64, since: i64) -> Result<bool, StoreError>;

    /// Records keys of the configuration that were not seen before: each by its place and mark.
    async fn see_keys(&self, keys: &[(&str, &str)], now: i64) -> Result<(), StoreError>;

    /// Every key that was ever seen.
    async fn keys_seen(&self) -> Result<Vec<KeySeen>, StoreError>;

    /// Offers codes to a person whose phone is not set up, and gives the salt that stands now: the
    /// one that was offered before, if there is one. None if a code has fitted already.
    async fn offer_code(&self, person: &str, salt: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// Takes a code of the act's person for that login: the one of that time step, by the secret of
    /// that salt. `false` if one of it or of a later step was taken before, or salt or login are no
    /// longer theirs.
    async fn pass_code(
        &self,
        digest: &[u8],
        code: &DeskCode,
        act: &DeskAct,
    ) -> Result<bool, StoreError>;

    /// Records that the act's person gave their password again in that login; `false` if they may
    /// not log in, or it is no longer this one.
    async fn prove_login(
        &self,
        digest: &[u8],
        password: &str,
        act: &DeskAct,
    ) -> Result<bool, StoreError>;

    /// A login that has not ended, with what its person may do now; how old it may get is for
    /// others to decide.
    async fn login(&self, digest: &[u8]) -> Result<Option<DeskLogin>, StoreError>;

    /// Records that it was used.
    async fn use_login(&self, digest: &[u8], now: i64) -> Result<(), StoreError>;

    /// Ends it.
    async fn end_login(&self, digest: &[u8], act: &DeskAct) -> Result<(), StoreError>;

    /// Records an act that changes nothing else.
    async fn add_act(&self, act: &DeskAct) -> Result<(), StoreError>;

    /// Acts before that one, the latest if there is none, newest first, each with its number: those
    /// that were done, or those that were refused.
    async fn acts(
        &self,
        refused: bool,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<(i64, DeskAct)>, StoreError>;

    /// Writes down what a person is about to do, before it is done; not where that, with what they
    /// did of it since the limit's moment and was not undone, is more than the limit. Two at once
    /// do not pass it together.
    async fn write_deed(
        &self,
        deed: &Deed,
        limit: Option<DeedLimit>,
    ) -> Result<Written, StoreError>;

    /// Records that nothing was done of the deed of that key, and why.
    async fn undo_deed(&self, key: &str, why: &str) -> Result<(), StoreError>;

    /// How much a person alone has done of an act with a payment, in minor units of that currency;
    /// the deed of the key `but` does not count.
    async fn done_alone(
        &self,
        person: &str,
        act: Act,
        of: (&str, Currency),
        but: &str,
    ) -> Result<u64, StoreError>;

    /// Writes down a deed that waits for a second person, as [`Self::write_deed`] does. What was
    /// asked for of the same act and payment before waits no more.
    async fn ask_approval(
        &self,
        deed: &Deed,
        limit: Option<DeedLimit>,
        asking: &Asking,
    ) -> Result<Written, StoreError>;

    /// Writes down what a second person decides about the deed of that key. Of two at once the
    /// first holds; what is declined counts as not done.
    async fn decide_approval(
        &self,
        key: &str,
        approve: bool,
        deed: &Deed,
    ) -> Result<Decided, StoreError>;

    /// What was asked for by the deed of that key.
    async fn approval(&self, key: &str) -> Result<Option<Approval>, StoreError>;

    /// What waits for a second person, oldest first.
    async fn approvals(&self, now: i64, limit: u32) -> Result<Vec<Approval>, StoreError>;

    /// Ends what nobody approved in time: it counts as not done.
    async fn lapse_approvals(&self, now: i64) -> Result<(), StoreError>;

    /// Has a person look after something that needs one, and writes it down. `held_by` is who did
    /// so when they decided: of two at once one does.
    async fn take_matter(
        &self,
        matter: &Matter,
        held_by: Option<&str>,
        deed: &Deed,
    ) -> Result<Handled, StoreError>;

    /// Has it done, with the deed's reason as the note, and writes it down; unless more was told of
    /// its cause than so much as the person has seen. It is open again once there is more.
    async fn end_matter(
        &self,
        matter: &Matter,
        told: u32,
        held_by: Option<&str>,
        deed: &Deed,
    ) -> Result<Handled, StoreError>;

    /// What somebody looks after and is not done, at most `limit`.
    async fn taken_matters(&self, limit: u32) -> Result<Vec<KeptMatter>, StoreError>;

    /// What somebody did about a payment or a message, whatever for.
    async fn matters_of(&self, subject: &str) -> Result<Vec<KeptMatter>, StoreError>;

    /// Deeds before that one, the latest if there is none, newest first.
    async fn deeds(&self, before: Option<i64>, limit: u32) -> Result<Vec<WrittenDeed>, StoreError>;
}
