#!/bin/sh
# cross/packages/page.sh: a man page of what a program says with --help: `sh page.sh NAME SUMMARY HELP_FILE`.
set -eu
printf '.TH %s 1 "" "" "Tributary"\n.SH NAME\n%s \\- %s\n.SH DESCRIPTION\n.nf\n' \
  "$(echo "$1" | tr '[:lower:]' '[:upper:]' | sed 's/-/\\-/g')" "$(echo "$1" | sed 's/-/\\-/g')" "$2"
sed -e 's/\\/\\e/g' -e 's/-/\\-/g' -e "s/'/\\\\(aq/g" -e 's/^\./\\\&./' "$3"
printf '.fi\n.SH SEE ALSO\n.BR tributary (1),\n.BR tributaryd (8)\n'
