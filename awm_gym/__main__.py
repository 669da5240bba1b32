"""`python -m awm_gym`: the command `awm`."""

import sys

from awm_gym.cli import main

sys.exit(main())
