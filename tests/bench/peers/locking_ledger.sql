-- A ledger of functions in the database: a transfer locks two accounts, checks them, and writes the balance that each
-- has after it. As such ledgers are made; written for this comparison.
CREATE TABLE account (id bigint PRIMARY KEY, currency text NOT NULL, balance numeric NOT NULL, version bigint NOT NULL,
                      updated_at timestamptz NOT NULL);
CREATE TABLE transfer (id uuid PRIMARY KEY, from_id bigint NOT NULL REFERENCES account, to_id bigint NOT NULL REFERENCES account,
                       amount numeric NOT NULL CHECK (amount > 0), created_at timestamptz NOT NULL);
CREATE TABLE entry (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account_id bigint NOT NULL REFERENCES account,
                    transfer_id uuid NOT NULL REFERENCES transfer, amount numeric NOT NULL, balance_before numeric NOT NULL,
                    balance_after numeric NOT NULL, account_version bigint NOT NULL, created_at timestamptz NOT NULL);
CREATE INDEX ON entry (account_id, id);
CREATE INDEX ON entry (transfer_id);
INSERT INTO account SELECT id, 'CAD', 0, 0, now() FROM generate_series(0, 79) id;

CREATE FUNCTION transfer(source bigint, target bigint, moved numeric) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    made uuid := gen_random_uuid();
    kept account;
BEGIN
    PERFORM FROM account WHERE id IN (source, target) ORDER BY id FOR UPDATE;
    INSERT INTO transfer VALUES (made, source, target, moved, now());
    UPDATE account SET balance = balance - moved, version = version + 1, updated_at = now() WHERE id = source
    RETURNING * INTO kept;
    INSERT INTO entry (account_id, transfer_id, amount, balance_before, balance_after, account_version, created_at)
    VALUES (source, made, -moved, kept.balance + moved, kept.balance, kept.version, now());
    UPDATE account SET balance = balance + moved, version = version + 1, updated_at = now() WHERE id = target
    RETURNING * INTO kept;
    INSERT INTO entry (account_id, transfer_id, amount, balance_before, balance_after, account_version, created_at)
    VALUES (target, made, moved, kept.balance - moved, kept.balance, kept.version, now());
    RETURN made;
END $$;
