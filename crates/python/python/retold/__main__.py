"""``python -m retold`` is the command ``retold``."""

import sys

from retold._command import main

sys.exit(main())
