#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Issues throw-away certificates for demo and tests. Never for a real federation.
#
#   issue.sh DIR ca
#   issue.sh DIR member DIVISION INSTITUTION HOST… [options]
#   issue.sh DIR app    DIVISION INSTITUTION [HOST…] --name NAME [options]
#   issue.sh DIR person DIVISION INSTITUTION [HOST…] --name NAME --role ROLE [options]
#
# HOST is a DNS name or an IP address. Options:
#   --name NAME      the application or person; 1 to 64 of A-Z a-z 0-9 . _ -
#   --role ROLE      of a person: observer, operator or administrator
#   --nameless       without the cityrelay URI, to see how such a certificate is refused
#   --days N         valid for N days from now (90)
#   --from, --until  YYYYMMDDHHMMSSZ, for certificates that are expired or not yet valid
#   --key TYPE       p256 (default), p384 or ed25519
#   --as FILE        file name without ending (KIND-DIVISION-INSTITUTION[-NAME])
#   --keep-key       renew: use the key that is there, so the pin stays
#
# Writes DIR/ca.crt, DIR/FILE.crt and DIR/FILE.key (0600) and prints the pin of the key:
#   cityrelay://member/330100/HZGJJ sha256:…
set -eu
umask 077

fail() { echo "issue.sh: $*" >&2; exit 2; }

here=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 2 ] || { sed -n '3,21p' "$0" | sed 's/^# \{0,1\}//' >&2; exit 2; }
AUTHORITY_DIR=$1
role=$2
shift 2
COMMON_NAME='' ALTERNATIVE_NAMES='URI:none'
export AUTHORITY_DIR COMMON_NAME ALTERNATIVE_NAMES OPENSSL_CONF="$here/ca.cnf"

new_key() { # TYPE FILE
    case $1 in
    p256) openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$2" ;;
    p384) openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out "$2" ;;
    ed25519) openssl genpkey -quiet -algorithm ed25519 -out "$2" ;;
    *) fail "no key type $1 (p256, p384, ed25519)" ;;
    esac
    chmod 0600 "$2"
}

pin() { # CERTIFICATE
    openssl x509 -in "$1" -noout -pubkey | openssl pkey -pubin -outform DER |
        openssl dgst -sha256 -r | cut -d' ' -f1
}

authority() {
    mkdir -p "$AUTHORITY_DIR/issued"
    : >"$AUTHORITY_DIR/index.txt"
    COMMON_NAME='cityrelay laboratory authority'
    new_key p256 "$AUTHORITY_DIR/ca.key"
    openssl req -x509 -new -key "$AUTHORITY_DIR/ca.key" -sha256 -days 3650 \
        -extensions authority -out "$AUTHORITY_DIR/ca.crt"
    echo "authority sha256:$(pin "$AUTHORITY_DIR/ca.crt")"
}

leaf() {
    [ -f "$AUTHORITY_DIR/ca.key" ] || fail "no authority in $AUTHORITY_DIR: issue.sh DIR ca first"
    [ $# -ge 3 ] || fail "DIVISION, INSTITUTION and a HOST or --name are needed"
    division=$1 institution=$2
    shift 2
    echo "$division" | grep -Eq '^[0-9]{6}$' || fail "DIVISION is six digits (GB/T 2260)"
    echo "$institution" | grep -Eq '^[A-Za-z0-9._-]{1,64}$' || fail "INSTITUTION: A-Z a-z 0-9 . _ -"
    uri="cityrelay://$role/$division/$institution"
    hosts='' name='' person='' nameless=''
    days=90 from='' until='' key=p256 file='' keep=''
    while [ $# -gt 0 ]; do
        case $1 in
        --days) days=$2; shift 2 ;;
        --from) from=$2; shift 2 ;;
        --until) until=$2; shift 2 ;;
        --key) key=$2; shift 2 ;;
        --as) file=$2; shift 2 ;;
        --keep-key) keep=yes; shift ;;
        --name) name=$2; shift 2 ;;
        --role) person=$2; shift 2 ;;
        --nameless) nameless=yes; shift ;;
        --*) fail "no option $1" ;;
        *:*|[0-9]*.[0-9]*.[0-9]*.[0-9]*) hosts="$hosts,IP:$1"; shift ;;
        *) hosts="$hosts,DNS:$1"; shift ;;
        esac
    done
    case $role in
    app) [ -n "$name" ] || fail "app needs --name NAME"; uri="$uri/$name" ;;
    person)
        [ -n "$name" ] || fail "person needs --name NAME"
        case $person in
        observer | operator | administrator) uri="$uri/$person/$name" ;;
        *) fail "person needs --role observer, operator or administrator" ;;
        esac ;;
    esac
    ALTERNATIVE_NAMES="URI:$uri$hosts"
    if [ -n "$nameless" ]; then ALTERNATIVE_NAMES="DNS:nameless.example$hosts"; fi
    COMMON_NAME="$role $division"
    target="$AUTHORITY_DIR/${file:-$role-$division-$institution${name:+-$name}}"
    if [ -z "$keep" ] || [ ! -f "$target.key" ]; then new_key "$key" "$target.key"; fi
    openssl req -new -key "$target.key" -out "$target.csr"
    if [ -n "$from$until" ]; then
        set -- -startdate "${from:-$(date -u +%Y%m%d%H%M%SZ)}" \
            -enddate "${until:-$(date -u -d "+$days days" +%Y%m%d%H%M%SZ)}"
    else
        set -- -days "$days"
    fi
    openssl ca -batch -notext "$@" -in "$target.csr" -out "$target.crt" 2>"$target.log" ||
        { cat "$target.log" >&2; exit 1; }
    rm -f "$target.csr" "$target.log"
    echo "$uri sha256:$(pin "$target.crt")"
}

case $role in
ca) authority ;;
member | app | person) leaf "$@" ;;
*) fail "no role $role (ca, member, app, person)" ;;
esac
