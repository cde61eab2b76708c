//! Time, moved by hand: deadlines, expiry and ages are written into the backend's books while it
//! runs, so that no test waits for them. And what a card's first payment left, where a test is
//! about another one. Nothing else of the books is written here.

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};

use super::checkout::{Checkout, Started};
use super::stack::Stack;
use super::wait::until;

impl Stack {
    async fn books(&self) -> SqlitePool {
        let options = SqliteConnectOptions::new()
            .filename(self.folder().join("books.db"))
            .busy_timeout(std::time::Duration::from_secs(20));
        SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options)
            .await
            .expect("the books can be opened")
    }

    /// All bytes of the books' files, where a word is looked for that must not be there. It
    /// fails if they are not there.
    pub(crate) fn books_on_disk(&self) -> Vec<u8> {
        assert!(self.folder().join("books.db").is_file(), "no books");
        let files = std::fs::read_dir(self.folder()).expect("a folder");
        let files = files.map(|file| file.expect("a file").path());
        let of_books = |path: &std::path::PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| name.starts_with("books.db"))
        };
        let bytes = |path| std::fs::read(path).expect("a file of the books");
        let books: Vec<u8> = files.filter(of_books).flat_map(bytes).collect();
        assert!(books.len() > 10_000, "the books have {} bytes", books.len());
        // A session, as it is written there: the search that finds nothing can find something.
        let session = b"\"return_url\"".as_slice();
        assert!(books.windows(session.len()).any(|part| part == session));
        books
    }

    async fn write(&self, statement: &'static str, id: &str) {
        let books = self.books().await;
        let done = sqlx::query(statement).bind(id).execute(&books).await;
        assert_eq!(
            done.expect("the books can be written").rows_affected(),
            1,
            "{id}"
        );
        books.close().await;
    }

    async fn write_all(&self, statement: &'static str, id: &str) {
        let books = self.books().await;
        let done = sqlx::query(statement).bind(id).execute(&books).await;
        done.expect("the books can be written");
        books.close().await;
    }

    /// Changes the tables themselves, so that a write fails or works again.
    pub(crate) async fn alter(&self, statement: &'static str) {
        let books = self.books().await;
        let done = sqlx::query(statement).execute(&books).await;
        done.expect("the books can be altered");
        books.close().await;
    }

    /// How many numbers of questions were drawn from the books.
    pub(crate) async fn numbers_drawn(&self) -> i64 {
        let books = self.books().await;
        let drawn = sqlx::query_scalar("SELECT coalesce(sum(value), 0) FROM counters");
        let drawn = drawn.fetch_one(&books).await;
        books.close().await;
        drawn.expect("the books can be read")
    }

    /// In how many seconds the question that is put off longest is due.
    pub(crate) async fn longest_wait(&self) -> i64 {
        let books = self.books().await;
        let wait =
            sqlx::query_scalar("SELECT coalesce(max(next_try_at), 0) - unixepoch() FROM questions");
        let wait = wait.fetch_one(&books).await;
        books.close().await;
        wait.expect("the books can be read")
    }

    /// Makes a payment's deadline pass, and waits until the backend has recorded that.
    pub(crate) async fn pass_deadline(&self, started: &Started) {
        self.pass_deadline_of(&started.payment).await;
    }

    /// The same for a payment's id.
    pub(crate) async fn pass_deadline_of(&self, id: &str) {
        self.write(
            "UPDATE payments SET deadline_at = created_at WHERE id = ?",
            id,
        )
        .await;
        self.wait_deadline(id).await;
    }

    /// Makes a payment one that was made so many days ago.
    pub(crate) async fn make_older(&self, id: &str, days: u32) {
        let statement = match days {
            20 => "UPDATE payments SET created_at = unixepoch() - 20 * 86400 WHERE id = ?",
            _ => "UPDATE payments SET created_at = unixepoch() - 40 * 86400 WHERE id = ?",
        };
        self.write(statement, id).await;
    }

    /// Makes all that happened to a payment happen a day earlier.
    pub(crate) async fn make_events_older(&self, id: &str) {
        self.write_all(
            "UPDATE events SET received_at = received_at - 86400, content = iif(
                json_extract(content, '$.at') IS NULL, content,
                json_set(content, '$.at', json_extract(content, '$.at') - 86400))
             WHERE payment_id = ?",
            id,
        )
        .await;
    }

    /// Makes the operations on a payment that somebody is to take up due at once.
    pub(crate) async fn hasten_operations(&self, id: &str) {
        self.write_all(
            "UPDATE operations SET next_try_at = 0
             WHERE payment_id = ? AND stage IN ('waiting', 'unknown')
                AND next_try_at < unixepoch() + 280",
            id,
        )
        .await;
    }

    /// The same for those that wait for an hour of the clock.
    pub(crate) async fn let_operations_go(&self, id: &str) {
        self.write_all(
            "UPDATE operations SET next_try_at = 0 WHERE payment_id = ? AND stage = 'waiting'",
            id,
        )
        .await;
    }

    /// Waits until the books have what a saved card's first payment left.
    pub(crate) async fn wait_first_payment(&self, card: &str) {
        let books = self.books().await;
        until("the card's first payment", || async {
            let kept: i64 =
                sqlx::query_scalar("SELECT count(*) FROM first_payments WHERE card = ?")
                    .bind(card)
                    .fetch_one(&books)
                    .await
                    .expect("the books can be read");
            (kept > 0).then_some(())
        })
        .await;
        books.close().await;
    }

    /// Writes that this card has paid before, like the shopper's other one.
    pub(crate) async fn know_first_payment(&self, card: &str) {
        self.write(
            "INSERT INTO first_payments
             SELECT account, shop, shopper, ?, proof, created_at, used_at FROM first_payments
             LIMIT 1",
            card,
        )
        .await;
    }

    /// Makes a payment's deadline fall a few seconds from now.
    pub(crate) async fn set_deadline_soon(&self, id: &str) {
        let statement = "UPDATE payments SET deadline_at = unixepoch() + 3 WHERE id = ?";
        self.write(statement, id).await;
    }

    /// Waits until the backend has recorded that a payment's deadline passed.
    pub(crate) async fn wait_deadline(&self, id: &str) {
        let books = self.books().await;
        until("the deadline's record", || async {
            let passed: bool =
                sqlx::query_scalar("SELECT deadline_passed FROM payments WHERE id = ?")
                    .bind(id)
                    .fetch_one(&books)
                    .await
                    .expect("the books can be read");
            passed.then_some(())
        })
        .await;
        books.close().await;
    }

    /// Makes a session, with all that happened to it, so many days older.
    pub(crate) async fn make_session_older(&self, id: &str, days: i64) {
        let books = self.books().await;
        for statement in [
            "UPDATE sessions SET created_at = created_at - ?2, expires_at = expires_at - ?2
             WHERE id = ?1",
            "UPDATE payments SET created_at = created_at - ?2, deadline_at = deadline_at - ?2
             WHERE session_id = ?1",
            "UPDATE events SET received_at = received_at - ?2
             WHERE payment_id IN (SELECT id FROM payments WHERE session_id = ?1)",
        ] {
            let done = sqlx::query(statement).bind(id).bind(days * 86_400);
            let done = done
                .execute(&books)
                .await
                .expect("the books can be written");
            assert!(done.rows_affected() > 0, "{statement}");
        }
        books.close().await;
    }

    /// What the books have of a session, as it is kept.
    pub(crate) async fn kept_of_session(&self, id: &str) -> String {
        let books = self.books().await;
        let body = sqlx::query_scalar("SELECT body FROM sessions WHERE id = ?");
        let body = body.bind(id).fetch_one(&books).await;
        books.close().await;
        body.expect("the books can be read")
    }

    /// Makes a session expire.
    pub(crate) async fn expire(&self, checkout: &Checkout) {
        let statement = "UPDATE sessions SET expires_at = created_at WHERE id = ?";
        self.write(statement, &checkout.id).await;
    }

    /// Makes the questions about a payment that are still open due at once.
    pub(crate) async fn ask_again(&self, started: &Started) {
        let books = self.books().await;
        sqlx::query(
            "UPDATE questions SET next_try_at = 0
             WHERE payment_id = ? AND next_try_at IS NOT NULL",
        )
        .bind(&started.payment)
        .execute(&books)
        .await
        .expect("the books can be written");
        books.close().await;
    }

    /// The questions about a payment: how often each was asked, and its state
    /// with the last answer.
    pub(crate) async fn questions(&self, started: &Started) -> Vec<(i64, String)> {
        let books = self.books().await;
        let questions = sqlx::query_as(
            "SELECT tries, state || coalesce(': ' || last_answer, '') FROM questions
             WHERE payment_id = ? ORDER BY event_seq",
        )
        .bind(&started.payment)
        .fetch_all(&books)
        .await
        .expect("the books can be read");
        books.close().await;
        questions
    }

    /// Waits until each question about a payment was asked at least that often, and there is one.
    pub(crate) async fn wait_asked(&self, started: &Started, times: i64) -> Vec<(i64, String)> {
        until("the questions to the platform", || async {
            let questions = self.questions(started).await;
            let answered =
                |(tries, state): &(i64, String)| *tries >= times && !state.starts_with("asking");
            let asked = questions.iter().all(answered);
            (asked && !questions.is_empty()).then_some(questions)
        })
        .await
    }

    /// Makes a payment whose turn is set for later taken up at once: one that was being talked
    /// about when the backend died, or that is looked up slower and slower.
    pub(crate) async fn take_up(&self, payment: &str) {
        let books = self.books().await;
        sqlx::query(
            "UPDATE conversations SET next_try_at = 0
             WHERE payment_id = ? AND next_try_at IS NOT NULL",
        )
        .bind(payment)
        .execute(&books)
        .await
        .expect("the books can be written");
        books.close().await;
    }

    /// How a payment goes on: the stage that the books have of it.
    pub(crate) async fn stage(&self, payment: &str) -> String {
        let books = self.books().await;
        let stage = sqlx::query_scalar("SELECT stage FROM conversations WHERE payment_id = ?")
            .bind(payment)
            .fetch_one(&books)
            .await
            .expect("the books can be read");
        books.close().await;
        stage
    }

    /// How a payment goes on: its stage, how often it was taken up, and the Unix second of its next
    /// turn.
    pub(crate) async fn turn(&self, payment: &str) -> (String, i64, Option<i64>) {
        let books = self.books().await;
        let turn = sqlx::query_as(
            "SELECT stage, tries, next_try_at FROM conversations WHERE payment_id = ?",
        )
        .bind(payment)
        .fetch_one(&books)
        .await
        .expect("the books can be read");
        books.close().await;
        turn
    }

    /// Waits until the books have this stage.
    pub(crate) async fn wait_stage(&self, payment: &str, wanted: &str) {
        until(&format!("the stage {wanted}"), || async {
            (self.stage(payment).await == wanted).then_some(())
        })
        .await;
    }

    /// The ledger's entries in their order: the kind of their cause, and how many minor units.
    pub(crate) async fn ledger(&self) -> Vec<(String, i64)> {
        let books = self.books().await;
        let entries = sqlx::query_as(
            "SELECT json_extract(cause, '$.type'), amount FROM ledger ORDER BY number",
        )
        .fetch_all(&books)
        .await
        .expect("the books can be read");
        books.close().await;
        entries
    }

    /// How many rows a table of the books has.
    pub(crate) async fn count(&self, table: &'static str) -> i64 {
        let statement = match table {
            "sessions" => "SELECT count(*) FROM sessions",
            "payments" => "SELECT count(*) FROM payments",
            "events" => "SELECT count(*) FROM events",
            "messages" => "SELECT count(*) FROM messages",
            _ => panic!("no such table: {table}"),
        };
        let books = self.books().await;
        let count = sqlx::query_scalar(statement).fetch_one(&books).await;
        books.close().await;
        count.expect("the books can be read")
    }
}
