"""Published test doubles and story builders."""
