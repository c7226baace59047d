"""The screens, one module or package each: what people ask for, and the template that answers."""
