"""The log: transactional journal writer, journal reader, inbox, producer, dead letters, the FastStream broker."""
