#!/bin/sh
# Writes the training text of this model: DIR/kjv.txt and DIR/jargon.txt, printable ASCII, documents separated by blank lines.
# Needs the Debian packages bible-kjv, bible-kjv-text and jargon-text, and perl. Installs nothing.
set -eu

[ $# -eq 1 ] || { echo "usage: $0 DIR" >&2; exit 1; }
jargon=/usr/share/doc/jargon-text/jargon.txt.gz
missing=
command -v bible >/dev/null || missing="$missing bible-kjv bible-kjv-text"
[ -r "$jargon" ] || missing="$missing jargon-text"
command -v perl >/dev/null || missing="$missing perl"
[ -z "$missing" ] || { echo "$0: install these Debian packages first:$missing" >&2; exit 1; }
mkdir -p "$1"

# The Bible: a chapter is a document. Chapter headings and verse numbers go.
bible -l99999 gen1:1-rev22:21 | perl -ne '
    s/\s+$//;
    if (/^ +\d+ (.*)$/) { push @verses, $1 }
    elsif (/\S/) { print join(" ", @verses), "\n\n" if @verses; @verses = () }
    END { print join(" ", @verses), "\n" }
' > "$1/kjv.txt.tmp"

# The Jargon File: an entry of the glossary (from its headword ":word:") is a document, elsewhere a paragraph.
# Tables, rules and the lists of contents go; typographic characters become ASCII, and what has no ASCII form goes.
gzip -dc "$jargon" | perl -CSD -ne '
    BEGIN {
        %ascii = ("\x{2018}" => "\x27", "\x{2019}" => "\x27", "\x{201C}" => "\"", "\x{201D}" => "\"", "\x{2014}" => "--",
            "\x{2212}" => "-", "\x{B7}" => ".", "\x{2022}" => "*", "\x{B4}" => "\x27", "\x{2192}" => "->", "\x{2190}" => "<-",
            "\x{D7}" => "x", "\x{A9}" => "(C)", "\x{2122}" => "(TM)", "\x{AE}" => "(R)", "\x{F6}" => "o",
            "\x{E9}" => "e", "\x{FC}" => "u", "\x{E8}" => "e", "\x{EA}" => "e", "\x{EF}" => "i", "\x{E4}" => "a", "\x{C9}" => "E",
            "\x{E0}" => "a", "\x{E6}" => "ae", "\x{DF}" => "ss", "\x{D8}" => "O", "\x{B5}" => "u", "\x{B1}" => "+-");
        sub finish {
            my $text = join " ", @words;
            print "$text\n\n" if $text =~ /[a-z]{2}.*[.!?:)\x27"]/;
            @words = ();
        }
    }
    s/\x{A0}/ /g;
    $body = 1 if /^Chapter 1\./;
    next unless $body;
    next if /[\x{2500}-\x{257F}]/;
    s/([^\x20-\x7E\n])/exists $ascii{$1} ? $ascii{$1} : ""/ge;
    $entry = /^ *:[^:]+:/ if /^ *:[^:]+:/ || /^\S/;
    finish() if /^ *:[^:]+:/ || /^\S/ || (!$entry && /^\s*$/);
    push @words, split;
    END { finish() }
' > "$1/jargon.txt.tmp"

for name in kjv jargon; do mv "$1/$name.txt.tmp" "$1/$name.txt"; done
wc -c "$1/kjv.txt" "$1/jargon.txt"
