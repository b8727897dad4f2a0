CREATE TABLE ledger (
    name TEXT NOT NULL UNIQUE,
    rows INTEGER NOT NULL,
    next INTEGER NOT NULL,
    crc INTEGER NOT NULL
) STRICT;

CREATE TABLE rules (
    version INTEGER PRIMARY KEY,
    set_at INTEGER NOT NULL,
    unused INTEGER NOT NULL,
    record TEXT NOT NULL,
    crc INTEGER NOT NULL
) STRICT;

CREATE TABLE flags (
    flag INTEGER PRIMARY KEY,
    old INTEGER NOT NULL,
    new INTEGER NOT NULL,
    record TEXT NOT NULL,
    crc INTEGER NOT NULL
) STRICT;
CREATE INDEX flags_by_old ON flags (old);
CREATE INDEX flags_by_new ON flags (new);

CREATE TABLE decisions (
    decision INTEGER PRIMARY KEY,
    flag INTEGER NOT NULL,
    decided_at INTEGER NOT NULL,
    record TEXT NOT NULL,
    crc INTEGER NOT NULL
) STRICT;
CREATE INDEX decisions_by_flag ON decisions (flag);

CREATE TABLE withdrawals (
    withdrawal INTEGER PRIMARY KEY,
    withdrawn_at INTEGER NOT NULL,
    unused INTEGER NOT NULL,
    record TEXT NOT NULL,
    crc INTEGER NOT NULL
) STRICT;

CREATE TABLE derived (
    number INTEGER PRIMARY KEY,
    withdrawal INTEGER NOT NULL,
    doc INTEGER NOT NULL,
    record TEXT NOT NULL,
    crc INTEGER NOT NULL
) STRICT;
CREATE INDEX derived_by_withdrawal ON derived (withdrawal);
CREATE INDEX derived_by_doc ON derived (doc);

CREATE TABLE embargoes (
    number INTEGER PRIMARY KEY,
    doc INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    record TEXT NOT NULL,
    crc INTEGER NOT NULL
) STRICT;
CREATE INDEX embargoes_by_doc ON embargoes (doc);
