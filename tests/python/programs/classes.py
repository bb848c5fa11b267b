"""Classes: inheritance, super, properties, descriptors, slots, metaclasses, special methods."""


class Meta(type):
    def __new__(mcs, name, bases, space):
        return super().__new__(mcs, name, bases, dict(space))

    def __call__(cls, *arguments):
        return super().__call__(*arguments)


class Base(metaclass=Meta):
    count = 0

    def __init__(self, value=0):
        self.value = value

    def __init_subclass__(cls):
        super().__init_subclass__()
        cls.registered = True

    @property
    def double(self):
        return 2 * self.value

    @double.setter
    def double(self, value):
        self.value = value // 2

    @classmethod
    def make(cls, *values):
        return [cls(value) for value in values]

    @staticmethod
    def helper(x):
        return abs(x)

    def __eq__(self, other):
        return self.value == other.value

    def __lt__(self, other):
        return self.value < other.value

    def __hash__(self):
        return hash(self.value)

    def __getattr__(self, name):
        return name.upper()


class Derived(Base):
    class Inner:
        def method(self):
            return repr(self.__class__.__name__)

    def __init__(self, value=1):
        super().__init__(value)
        self.inner = self.Inner()

    def __call__(self):
        return self.inner.method()

    def __del__(self):
        Base.count += 1


class Counting(dict):
    def __missing__(self, key):
        self[key] = len(self)
        return self[key]

    def get(self, key, default=None):
        return super().get(key, default)

    def update(self, *arguments):
        dict.update(self, *arguments)


class Slots:
    __slots__ = ("a", "b")

    def __init__(self):
        self.a, self.b = 1, 2

    def __iter__(self):
        return iter((self.a, self.b))


class Callable:
    def __init__(self):
        self.method = self.real

    def real(self, x=1):
        return x


items = Base.make(3, 1, 2) + Derived.make(5, 4)
sorted(items)
max(items)
len(set(items))
for item in items:
    item.double = item.double + 2
    item.unknown
    Base.helper(-1)
    if isinstance(item, Derived):
        item()
counting = Counting(a=1)
counting["b"]
counting.get("c")
counting.get("a")
counting.update({"d": 1})
Counting.fromkeys("xyz")
list(Slots())
bound = Callable().method
bound()
bound(2)
object.__new__(Slots)
type("Dynamic", (Base,), {"method": lambda self: 1})().method()
del items, item
