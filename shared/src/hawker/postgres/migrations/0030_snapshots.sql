-- depends: 0020_devices
-- States of shards, so that a recovery need not read a long journal. Only a speed-up: all of it may be deleted at any time.

create table snapshots (
    journal text not null,
    partition integer not null,
    position bigint not null,
    version integer not null,
    anchor text not null,
    checksum text not null,
    digest text not null,
    jobs_live integer not null,
    bytes bigint not null,
    taken_at timestamptz not null,
    primary key (journal, partition, position)
);

create table snapshot_chunks (
    journal text not null,
    partition integer not null,
    position bigint not null,
    number integer not null,
    chunk bytea not null,
    primary key (journal, partition, position, number),
    foreign key (journal, partition, position) references snapshots on delete cascade
);
alter table snapshot_chunks alter column chunk set storage external; -- It is compressed already.
