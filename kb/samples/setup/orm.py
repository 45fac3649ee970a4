# needs: sqlalchemy
from sqlalchemy import Column, Integer, String, create_engine, event
from sqlalchemy.orm import Session, declarative_base

Base = declarative_base()


class Customer(Base):
    __tablename__ = "customers"
    id = Column(Integer, primary_key=True)
    name = Column(String)


engine = create_engine("sqlite://", future=True)
Base.metadata.create_all(engine)
session = Session(engine, future=True)
session.add(Customer(id=1, name="Ann"))
session.commit()
queries = 0


@event.listens_for(engine, "before_cursor_execute")
def count(*_):
    global queries
    queries += 1
# after 2
assert a is b and queries == 1, queries
