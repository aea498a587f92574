"""What can go wrong, and the exit code each kind ends with. No message here ever carries a person's data."""


class GoldthreadError(Exception):
    """Anything the command line reports in one line; ends with exit code 1."""

    exit_code = 1


class ConfigurationError(GoldthreadError):
    """A file of ``config/``, an option or an environment variable is wrong; the message names it and the mend."""

    exit_code = 2


class ValidationStopped(GoldthreadError):
    """A critical expectation failed (or could not run): nothing was published."""

    exit_code = 3


class StateDiffers(GoldthreadError):
    """What is stored from night to night is not what a full run makes of the same lake. Retrying cannot help."""


class SourceBroken(GoldthreadError):
    """A source broke its bounds: nothing arrived, or too much of what arrived cannot be read. Retrying cannot help."""

    exit_code = 4


class LockHeld(GoldthreadError):
    """Another process is writing this home; try again when it is done."""

    exit_code = 5
