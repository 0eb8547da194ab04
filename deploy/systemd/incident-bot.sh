#!/bin/sh
# Installed as /usr/local/sbin/incident-bot: a command with the service's user and settings.
#   sudo incident-bot check
set -eu
export DATABASE_URL=sqlite:////var/lib/incident-bot/incident-bot.db
while IFS= read -r line || [ -n "$line" ]; do
  case $line in
    '' | '#'*) ;;
    *) export "$line" ;;
  esac
done </etc/incident-bot/incident-bot.env
cd /etc/incident-bot
umask 077
exec runuser -u incident-bot -- /opt/incident-bot/bin/incident-bot "$@"
