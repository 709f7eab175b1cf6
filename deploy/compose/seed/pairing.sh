# Pairs the demo seller's browser through the bridge's own command, once; the credential is shown only then.
set -eu
if [ ! -s /browser/device.json ]; then
    python -m plugin_bridge devices pair --tenant demo --account main --marketplace flea > /tmp/device.json
    cp /tmp/device.json /browser/device.json
fi
