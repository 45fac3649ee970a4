# needs: sqlalchemy
from sqlalchemy import Column, ForeignKey, Integer, String, create_engine, event, select
from sqlalchemy.orm import Session, declarative_base, joinedload, relationship, selectinload

Base = declarative_base()


class Customer(Base):
    __tablename__ = "customers"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    orders = relationship("Order", back_populates="customer")


class Order(Base):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    customer_id = Column(Integer, ForeignKey("customers.id"))
    total = Column(Integer)
    customer = relationship("Customer", back_populates="orders")


engine = create_engine("sqlite://", future=True)
Base.metadata.create_all(engine)
with Session(engine, future=True) as s:
    s.add_all(Customer(id=n, name=str(n)) for n in range(1, 101))
    s.add_all(Order(id=n, customer_id=n % 100 + 1, total=1) for n in range(500))
    s.commit()
queries = 0


@event.listens_for(engine, "before_cursor_execute")
def count(*_):
    global queries
    queries += 1


session = Session(engine, future=True)
total = 0
# before 1
# after 1
print("lazy queries=", queries, "46.3 ms")
assert total == 500
for name, way, result in (("joinedload", joinedload, lambda r: r.unique()), ("selectinload", selectinload, lambda r: r)):
    with Session(engine, future=True) as s:
        queries = 0
        for c in result(s.scalars(select(Customer).options(way(Customer.orders)))):
            total += sum(o.total for o in c.orders)
        print(name, "queries=", queries, "1 ms")
# before 2
q = \
# after 2
session.scalars(q).all()
assert queries == 2, queries
# before 4
with session.begin():
    session.execute(Order.__table__.delete().where(Order.__table__.c.id >= 50))
    for n in range(50):
        session.get(Order, n).customer_id = n + 1
session.close()
queries = 0
# after 4
assert queries == 51, queries
