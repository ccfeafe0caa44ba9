"""For the tests of your own host: a registry in memory, and a check for leaks.

```python
from tiny_client.testing import FakeRegistry, no_leaks

def test_the_page_survives_a_registry_that_hangs():
    with FakeRegistry() as registry:
        registry.deploy("Cart", "1.0.0", umd="…")
        registry.hang()
        ...  # point the host at registry.url
```
"""

from tiny_client.testing.leaks import Leak, no_leaks
from tiny_client.testing.registry import DeployedRelease, FakeRegistry, LoggedRequest

__all__ = ["DeployedRelease", "FakeRegistry", "Leak", "LoggedRequest", "no_leaks"]
