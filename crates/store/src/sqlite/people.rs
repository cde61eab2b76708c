//! The people of the desk, their logins and acts.

use async_trait::async_trait;
use guichet_domain::attention::Matter;
use guichet_domain::desk::{Act, Role};
use guichet_domain::money::Currency;
use sqlx::SqliteConnection;

use super::SqliteStore;
use super::approvals;
use super::deeds;
use super::matters;
use super::once;
use super::readers::read;
use super::writer::turn;
use crate::error::StoreError;
use crate::people::People;
use crate::rules::matters::Doing;
use crate::types::{
    ActRow, Approval, Asking, Decided, Deed, DeedLimit, DeskAct, DeskCode, DeskLogin, DeskPerson,
    Handled, KeptMatter, KeySeen, LOGIN_FORGOTTEN_AFTER, LoginRow, PersonRow, Vouched, Written,
    WrittenDeed, numbered, words_of,
};

#[async_trait]
impl People for SqliteStore {
    async fn add_person(
        &self,
        person: &DeskPerson,
        instead_of: Option<&str>,
        act: &DeskAct,
    ) -> Result<bool, StoreError> {
        turn!(self, add(person, instead_of, act))
    }

    async fn change_role(&self, role: &Role, act: &DeskAct) -> Result<bool, StoreError> {
        turn!(self, change(role, act))
    }

    async fn reset_code(&self, act: &DeskAct) -> Result<bool, StoreError> {
        turn!(self, reset(act))
    }

    async fn disable_person(&self, act: &DeskAct) -> Result<bool, StoreError> {
        turn!(self, disable(act))
    }

    async fn has_people(&self) -> Result<bool, StoreError> {
        read!(self, any())
    }

    async fn people(&self) -> Result<Vec<DeskPerson>, StoreError> {
        read!(self, list())
    }

    async fn person(&self, name: &str) -> Result<Option<DeskPerson>, StoreError> {
        read!(self, one(name))
    }

    async fn begin_login(
        &self,
        digest: &[u8],
        password: &str,
        act: &DeskAct,
    ) -> Result<bool, StoreError> {
        let proved_at = act.happened_at;
        let voucher = Vouched {
            password,
            proved_at,
            coded: false,
        };
        turn!(self, begin(digest, &voucher, act))
    }

    async fn begin_vouched(
        &self,
        digest: &[u8],
        voucher: &Vouched<'_>,
        act: &DeskAct,
    ) -> Result<bool, StoreError> {
        turn!(self, begin(digest, voucher, act))
    }

    async fn take_once(&self, digest: &[u8], now: i64, since: i64) -> Result<bool, StoreError> {
        turn!(self, once::take(digest, now, since))
    }

    async fn see_keys(&self, keys: &[(&str, &str)], now: i64) -> Result<(), StoreError> {
        turn!(self, once::see_keys(keys, now))
    }

    async fn keys_seen(&self) -> Result<Vec<KeySeen>, StoreError> {
        read!(self, once::keys_seen())
    }

    async fn offer_code(&self, person: &str, salt: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        turn!(self, offer(person, salt))
    }

    async fn pass_code(
        &self,
        digest: &[u8],
        code: &DeskCode,
        act: &DeskAct,
    ) -> Result<bool, StoreError> {
        turn!(self, pass(digest, code, act))
    }

    async fn prove_login(
        &self,
        digest: &[u8],
        password: &str,
        act: &DeskAct,
    ) -> Result<bool, StoreError> {
        turn!(self, prove(digest, password, act))
    }

    async fn login(&self, digest: &[u8]) -> Result<Option<DeskLogin>, StoreError> {
        read!(self, find(digest))
    }

    async fn use_login(&self, digest: &[u8], now: i64) -> Result<(), StoreError> {
        turn!(self, used(digest, now))
    }

    async fn end_login(&self, digest: &[u8], act: &DeskAct) -> Result<(), StoreError> {
        turn!(self, end(digest, act))
    }

    async fn add_act(&self, act: &DeskAct) -> Result<(), StoreError> {
        turn!(self, record(act))
    }

    async fn acts(
        &self,
        refused: bool,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<(i64, DeskAct)>, StoreError> {
        read!(self, acts(refused, before, limit))
    }

    async fn write_deed(
        &self,
        deed: &Deed,
        limit: Option<DeedLimit>,
    ) -> Result<Written, StoreError> {
        turn!(self, deeds::write(deed, limit))
    }

    async fn undo_deed(&self, key: &str, why: &str) -> Result<(), StoreError> {
        turn!(self, deeds::undo(key, why))
    }

    async fn done_alone(
        &self,
        person: &str,
        act: Act,
        of: (&str, Currency),
        but: &str,
    ) -> Result<u64, StoreError> {
        read!(self, deeds::done_alone(person, act, of, but))
    }

    async fn ask_approval(
        &self,
        deed: &Deed,
        limit: Option<DeedLimit>,
        asking: &Asking,
    ) -> Result<Written, StoreError> {
        turn!(self, approvals::ask(deed, limit, asking))
    }

    async fn decide_approval(
        &self,
        key: &str,
        approve: bool,
        deed: &Deed,
    ) -> Result<Decided, StoreError> {
        turn!(self, approvals::decide(key, approve, deed))
    }

    async fn approval(&self, key: &str) -> Result<Option<Approval>, StoreError> {
        read!(self, approvals::one(key))
    }

    async fn approvals(&self, now: i64, limit: u32) -> Result<Vec<Approval>, StoreError> {
        read!(self, approvals::waiting(now, limit))
    }

    async fn lapse_approvals(&self, now: i64) -> Result<(), StoreError> {
        if read!(self, approvals::any_late(now))? {
            turn!(self, approvals::lapse(now))?;
        }
        Ok(())
    }

    async fn take_matter(
        &self,
        matter: &Matter,
        held_by: Option<&str>,
        deed: &Deed,
    ) -> Result<Handled, StoreError> {
        turn!(self, matters::act(matter, held_by, deed, Doing::Take))
    }

    async fn end_matter(
        &self,
        matter: &Matter,
        told: u32,
        held_by: Option<&str>,
        deed: &Deed,
    ) -> Result<Handled, StoreError> {
        let note = &deed.reason;
        let doing = Doing::End { told, note };
        turn!(self, matters::act(matter, held_by, deed, doing))
    }

    async fn taken_matters(&self, limit: u32) -> Result<Vec<KeptMatter>, StoreError> {
        read!(self, matters::taken(limit))
    }

    async fn matters_of(&self, subject: &str) -> Result<Vec<KeptMatter>, StoreError> {
        read!(self, matters::of(subject))
    }

    async fn deeds(&self, before: Option<i64>, limit: u32) -> Result<Vec<WrittenDeed>, StoreError> {
        read!(self, deeds::list(before, limit))
    }
}

async fn add(
    db: &mut SqliteConnection,
    person: &DeskPerson,
    instead_of: Option<&str>,
    act: &DeskAct,
) -> Result<bool, StoreError> {
    let (role, limits) = words_of(&person.role);
    let add = match instead_of {
        None => sqlx::query(
            "INSERT INTO desk_people (name, password, role, refund_limits, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (name) DO NOTHING",
        ),
        Some(_) => sqlx::query(
            "UPDATE desk_people
             SET password = ?2, role = ?3, refund_limits = ?4, disabled_at = NULL
             WHERE name = ?1 AND password = ?5",
        ),
    };
    let add = add.bind(&person.name).bind(&person.password);
    let add = add.bind(role).bind(limits);
    let add = match instead_of {
        None => add.bind(person.created_at),
        Some(password) => add.bind(password),
    };
    if add.execute(&mut *db).await?.rows_affected() == 0 {
        return Ok(false);
    }
    end_all(db, &person.name).await?;
    record(db, act).await?;
    Ok(true)
}

async fn any(db: &mut SqliteConnection) -> Result<bool, StoreError> {
    let any = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM desk_people)");
    Ok(any.fetch_one(db).await?)
}

async fn change(db: &mut SqliteConnection, role: &Role, act: &DeskAct) -> Result<bool, StoreError> {
    let (word, limits) = words_of(role);
    let change =
        sqlx::query("UPDATE desk_people SET role = ?1, refund_limits = ?2 WHERE name = ?3");
    let changed = change.bind(word).bind(limits).bind(&act.person);
    if changed.execute(&mut *db).await?.rows_affected() == 0 {
        return Ok(false);
    }
    end_all(db, &act.person).await?;
    record(db, act).await?;
    Ok(true)
}

async fn reset(db: &mut SqliteConnection, act: &DeskAct) -> Result<bool, StoreError> {
    let reset = sqlx::query(
        "UPDATE desk_people SET code_salt = NULL, code_step = NULL
         WHERE name = ?1 AND code_salt IS NOT NULL",
    );
    let reset = reset.bind(&act.person).execute(&mut *db).await?;
    if reset.rows_affected() == 0 {
        return Ok(false);
    }
    end_all(db, &act.person).await?;
    record(db, act).await?;
    Ok(true)
}

async fn disable(db: &mut SqliteConnection, act: &DeskAct) -> Result<bool, StoreError> {
    let disabled = sqlx::query(
        "UPDATE desk_people SET disabled_at = ? WHERE name = ? AND disabled_at IS NULL",
    )
    .bind(act.happened_at)
    .bind(&act.person)
    .execute(&mut *db)
    .await?;
    if disabled.rows_affected() == 0 {
        return Ok(false);
    }
    end_all(db, &act.person).await?;
    record(db, act).await?;
    Ok(true)
}

async fn end_all(db: &mut SqliteConnection, person: &str) -> Result<(), StoreError> {
    let end = sqlx::query("DELETE FROM desk_logins WHERE person = ?");
    end.bind(person).execute(db).await?;
    Ok(())
}

async fn list(db: &mut SqliteConnection) -> Result<Vec<DeskPerson>, StoreError> {
    let people = sqlx::query_as(
        "SELECT name, password, role, refund_limits, created_at, disabled_at, code_salt, code_step
         FROM desk_people ORDER BY name",
    );
    let people: Vec<PersonRow> = people.fetch_all(db).await?;
    people.into_iter().map(DeskPerson::try_from).collect()
}

async fn one(db: &mut SqliteConnection, name: &str) -> Result<Option<DeskPerson>, StoreError> {
    let person = sqlx::query_as(
        "SELECT name, password, role, refund_limits, created_at, disabled_at, code_salt, code_step
         FROM desk_people WHERE name = ?1",
    );
    let person: Option<PersonRow> = person.bind(name).fetch_optional(db).await?;
    person.map(DeskPerson::try_from).transpose()
}

async fn begin(
    db: &mut SqliteConnection,
    digest: &[u8],
    voucher: &Vouched<'_>,
    act: &DeskAct,
) -> Result<bool, StoreError> {
    let forget = sqlx::query("DELETE FROM desk_logins WHERE began_at < ?");
    let forget = forget.bind(act.happened_at - LOGIN_FORGOTTEN_AFTER);
    forget.execute(&mut *db).await?;
    let begun = sqlx::query(
        "INSERT INTO desk_logins (digest, person, began_at, seen_at, proved_at, coded_at)
         SELECT ?1, name, ?2, ?2, ?5, ?6 FROM desk_people
         WHERE name = ?3 AND password = ?4 AND disabled_at IS NULL",
    )
    .bind(digest)
    .bind(act.happened_at)
    .bind(&act.person)
    .bind(voucher.password)
    .bind(voucher.proved_at)
    .bind(voucher.coded.then_some(act.happened_at))
    .execute(&mut *db)
    .await?;
    if begun.rows_affected() == 0 {
        return Ok(false);
    }
    record(db, act).await?;
    Ok(true)
}

async fn offer(
    db: &mut SqliteConnection,
    person: &str,
    salt: &[u8],
) -> Result<Option<Vec<u8>>, StoreError> {
    let offered = sqlx::query_scalar(
        "UPDATE desk_people SET code_salt = coalesce(code_salt, ?1)
         WHERE name = ?2 AND code_step IS NULL RETURNING code_salt",
    );
    Ok(offered.bind(salt).bind(person).fetch_optional(db).await?)
}

async fn pass(
    db: &mut SqliteConnection,
    digest: &[u8],
    code: &DeskCode,
    act: &DeskAct,
) -> Result<bool, StoreError> {
    let taken = sqlx::query(
        "UPDATE desk_people SET code_step = ?1
         WHERE name = ?2 AND code_salt = ?3 AND (code_step IS NULL OR code_step < ?1)
            AND EXISTS (SELECT 1 FROM desk_logins WHERE digest = ?4 AND person = name)",
    );
    let taken = taken.bind(code.step).bind(&act.person);
    let taken = taken
        .bind(&code.salt)
        .bind(digest)
        .execute(&mut *db)
        .await?;
    if taken.rows_affected() == 0 {
        return Ok(false);
    }
    let coded = sqlx::query("UPDATE desk_logins SET coded_at = ?1 WHERE digest = ?2");
    let coded = coded.bind(act.happened_at).bind(digest);
    coded.execute(&mut *db).await?;
    record(db, act).await?;
    Ok(true)
}

async fn prove(
    db: &mut SqliteConnection,
    digest: &[u8],
    password: &str,
    act: &DeskAct,
) -> Result<bool, StoreError> {
    let proved = sqlx::query(
        "UPDATE desk_logins SET proved_at = ?1 WHERE digest = ?2 AND person IN (
            SELECT name FROM desk_people
            WHERE name = ?3 AND password = ?4 AND disabled_at IS NULL)",
    );
    let proved = proved.bind(act.happened_at).bind(digest);
    let proved = proved.bind(&act.person).bind(password);
    if proved.execute(&mut *db).await?.rows_affected() == 0 {
        return Ok(false);
    }
    record(db, act).await?;
    Ok(true)
}

async fn find(db: &mut SqliteConnection, digest: &[u8]) -> Result<Option<DeskLogin>, StoreError> {
    let login = sqlx::query_as(
        "SELECT person, role, refund_limits, began_at, seen_at, proved_at, coded_at
         FROM desk_logins JOIN desk_people ON name = person WHERE digest = ?1",
    );
    let login: Option<LoginRow> = login.bind(digest).fetch_optional(db).await?;
    login.map(DeskLogin::try_from).transpose()
}

async fn used(db: &mut SqliteConnection, digest: &[u8], now: i64) -> Result<(), StoreError> {
    let used = sqlx::query("UPDATE desk_logins SET seen_at = ? WHERE digest = ?");
    used.bind(now).bind(digest).execute(db).await?;
    Ok(())
}

async fn end(db: &mut SqliteConnection, digest: &[u8], act: &DeskAct) -> Result<(), StoreError> {
    let end = sqlx::query("DELETE FROM desk_logins WHERE digest = ?");
    let ended = end.bind(digest).execute(&mut *db).await?;
    if ended.rows_affected() > 0 {
        record(db, act).await?;
    }
    Ok(())
}

async fn record(db: &mut SqliteConnection, act: &DeskAct) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO desk_acts (happened_at, person, act, origin) VALUES (?, ?, ?, ?)")
        .bind(act.happened_at)
        .bind(&act.person)
        .bind(act.act.as_str())
        .bind(&act.origin)
        .execute(db)
        .await?;
    Ok(())
}

async fn acts(
    db: &mut SqliteConnection,
    refused: bool,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<(i64, DeskAct)>, StoreError> {
    // Two statements, so that each is read along its own index.
    let acts = sqlx::query_as(match refused {
        false => {
            "SELECT seq, happened_at, person, act, origin FROM desk_acts
             WHERE act NOT IN ('refused', 'code_refused') AND seq < ?1
             ORDER BY seq DESC LIMIT ?2"
        }
        true => {
            "SELECT seq, happened_at, person, act, origin FROM desk_acts
             WHERE act IN ('refused', 'code_refused') AND seq < ?1
             ORDER BY seq DESC LIMIT ?2"
        }
    });
    let acts = acts.bind(before.unwrap_or(i64::MAX)).bind(i64::from(limit));
    let acts: Vec<ActRow> = acts.fetch_all(db).await?;
    acts.into_iter().map(numbered).collect()
}
