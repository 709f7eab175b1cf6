# The stand-in browser with the credential that pairing.sh left.
set -eu
field() { python -c "import json; print(json.load(open('/browser/device.json'))['$1'])"; }
HAWKER_BROWSER_DEVICE_ID=$(field device_id)
HAWKER_BROWSER_TOKEN=$(field token)
export HAWKER_BROWSER_DEVICE_ID HAWKER_BROWSER_TOKEN
exec python -m sandbox.browser
