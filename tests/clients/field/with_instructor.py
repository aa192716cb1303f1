# requires: instructor==1.17.0
import instructor
from cases import KEY, MODEL, URL, case, run
from openai import OpenAI
from pydantic import BaseModel, Field

client = instructor.from_openai(OpenAI(base_url=URL, api_key=KEY))
messages = [{"role": "user", "content": "Ada is 36 years old."}]


class Person(BaseModel):
    name: str
    age: int = Field(gt=0, lt=150)
    nicknames: list[str] = []


@case("structured output")
def structured():
    person = client.chat.completions.create(
        model=MODEL, messages=messages, response_model=Person
    )
    assert isinstance(person, Person)


@case("stream of a partial object")
def partial():
    seen = list(
        client.chat.completions.create_partial(
            model=MODEL, messages=messages, response_model=Person
        )
    )
    assert len(seen) > 1 and seen[-1].age and seen[-1].name, seen


@case("stream of objects")
def objects():
    seen = list(
        client.chat.completions.create_iterable(
            model=MODEL, messages=messages, response_model=Person
        )
    )
    assert seen and all(isinstance(each, Person) for each in seen), seen


@case("structured output, parallel")
def parallel():
    class Place(BaseModel):
        city: str

    own = instructor.from_openai(
        OpenAI(base_url=URL, api_key=KEY), mode=instructor.Mode.PARALLEL_TOOLS
    )
    from collections.abc import Iterable

    seen = list(
        own.chat.completions.create(
            model=MODEL,
            messages=[{"role": "user", "content": "Person and Place. [[mock:parallel-tools]]"}],
            response_model=Iterable[Person | Place],
        )
    )
    assert {type(each) for each in seen} == {Person, Place}, seen


run("instructor")
