"""Keys, tokens and scopes of the stand-in Etsy."""

import pytest
from multidict import CIMultiDict

from sandbox.calls import Answer, Call, at
from sandbox.etsy import oauth
from sandbox.etsy.state import shop_of, user_of
from sandbox.tokens import AccessTokens

KEY = "sandbox-key:sandbox-secret"


@pytest.fixture
def grants() -> oauth.Grants:
    return oauth.Grants(AccessTokens(3600))


def refresh(grants: oauth.Grants, token: str, client_id: str = "sandbox-key") -> Answer:
    form = {"grant_type": ["refresh_token"], "client_id": [client_id], "refresh_token": [token]}
    return oauth.grant(grants, Call(form=form))


def calling(grants: oauth.Grants, account: str, scope: str, key: str = KEY, now: float = 0) -> str | Answer:
    token = at(refresh(grants, f"1.etsy-refresh-{account}-1").body, "access_token")
    return oauth.holder(grants, Call(now=now, headers=CIMultiDict({"x-api-key": key, "Authorization": f"Bearer {token}"})), scope)


def test_a_refresh_token_is_good_once_and_the_new_one_follows_it(grants: oauth.Grants) -> None:
    first = refresh(grants, "1.etsy-refresh-main-1")
    assert first.status == 200
    renewed = str(at(first.body, "refresh_token"))
    assert at(refresh(grants, "1.etsy-refresh-main-1").body, "error_description") == "refresh_token is revoked"
    assert refresh(grants, renewed).status == 200
    assert refresh(grants, renewed).status == 400


def test_an_old_token_does_not_take_the_new_one_down_with_it(grants: oauth.Grants) -> None:
    renewed = str(at(refresh(grants, "1.etsy-refresh-main-1").body, "refresh_token"))
    refresh(grants, "1.etsy-refresh-main-1")
    assert refresh(grants, renewed).status == 200


def test_accounts_rotate_each_on_their_own(grants: oauth.Grants) -> None:
    assert [refresh(grants, f"1.etsy-refresh-{account}-1").status for account in ("main", "shop-2")] == [200, 200]


@pytest.mark.parametrize("token", ["", "etsy-refresh-main-1", "1.other-refresh-main-1", "1.etsy-refresh-main"])
def test_what_is_no_refresh_token_is_refused(grants: oauth.Grants, token: str) -> None:
    assert at(refresh(grants, token).body, "error") == "invalid_grant"


def test_a_client_that_is_not_known_gets_nothing(grants: oauth.Grants) -> None:
    assert refresh(grants, "1.etsy-refresh-main-1", client_id="other").status == 401
    assert refresh(grants, "1.etsy-refresh-main-1").status == 200


def test_tokens_begin_with_the_user_and_the_user_follows_from_the_account(grants: oauth.Grants) -> None:
    body = refresh(grants, "1.etsy-refresh-main-1").body
    assert {str(at(body, name)).split(".")[0] for name in ("access_token", "refresh_token")} == {str(user_of("main"))}
    assert oauth.me(Call(account="main")).body == {"user_id": user_of("main"), "shop_id": shop_of("main")}


@pytest.mark.parametrize(("key", "status"), [("", 401), ("other:sandbox-secret", 401), ("sandbox-key", 403), ("sandbox-key:guess", 403)])
def test_a_call_needs_the_key_with_its_secret(grants: oauth.Grants, key: str, status: int) -> None:
    refusal = calling(grants, "main", "listings_r", key)
    assert isinstance(refusal, Answer)
    assert refusal.status == status


def test_an_access_token_ends(grants: oauth.Grants) -> None:
    assert calling(grants, "main", "listings_w", now=3599) == "main"
    refusal = calling(oauth.Grants(AccessTokens(3600)), "main", "listings_w", now=3600)
    assert isinstance(refusal, Answer)
    assert (refusal.status, at(refusal.body, "error")) == (401, "invalid_token")


def test_an_account_that_granted_reading_cannot_write(grants: oauth.Grants) -> None:
    assert calling(grants, "shop-readonly", "listings_r") == "shop-readonly"
    refusal = calling(oauth.Grants(AccessTokens(3600)), "shop-readonly", "listings_w")
    assert isinstance(refusal, Answer)
    assert (refusal.status, at(refusal.body, "error")) == (403, "insufficient_scope")


def test_a_token_tells_its_scopes(grants: oauth.Grants) -> None:
    token = str(at(refresh(grants, "1.etsy-refresh-main-1").body, "access_token"))
    assert at(oauth.token_scopes(grants, Call(form={"token": [token]})).body, "scopes") == [*oauth.ALL_SCOPES]
    assert oauth.token_scopes(grants, Call(form={"token": ["none"]})).status == 401
