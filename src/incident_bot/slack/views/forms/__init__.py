"""Forms (modals), a pure function and a file for each; `fields` has what they are made of.

A field's block id is also its element's action id, but where choosing changes the form at once.
What a form is about stands in its private metadata. Filled in, they come to `listeners/forms`.
"""
