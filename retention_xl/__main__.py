"""`python -m retention_xl` is the command `retention-xl`."""

from retention_xl.cli import main

if __name__ == "__main__":
    main()
