CREATE TABLE settings (
    name TEXT NOT NULL UNIQUE,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE state (
    row INTEGER PRIMARY KEY CHECK (row = 1),
    next_doc INTEGER NOT NULL,
    next_segment INTEGER NOT NULL,
    articles INTEGER NOT NULL,
    records INTEGER NOT NULL,
    text_bytes INTEGER NOT NULL,
    commits INTEGER NOT NULL,
    settings_crc INTEGER NOT NULL,
    crc INTEGER NOT NULL
) STRICT;

CREATE TABLE articles (
    doc INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    previous INTEGER,
    superseded INTEGER NOT NULL,
    expired INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    source TEXT,
    title TEXT,
    url TEXT,
    published INTEGER,
    status TEXT,
    copyright_holder TEXT,
    usage_terms TEXT,
    text_bytes INTEGER NOT NULL,
    text BLOB NOT NULL,
    crc INTEGER NOT NULL
) STRICT;

CREATE TABLE dictionary (
    copy INTEGER PRIMARY KEY CHECK (copy IN (1, 2)),
    phrases BLOB NOT NULL,
    crc INTEGER NOT NULL
) STRICT;

CREATE TABLE segments (
    file TEXT NOT NULL UNIQUE,
    span INTEGER NOT NULL,
    docs INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    crc INTEGER NOT NULL
) STRICT;

CREATE TABLE tombstones (
    doc INTEGER PRIMARY KEY,
    fate TEXT NOT NULL
) STRICT;
