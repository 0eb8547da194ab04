"""`python -m incident_bot.cli`."""

from incident_bot.cli import main

if __name__ == "__main__":
    main()
