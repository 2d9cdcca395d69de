"""Tesseract's LSTM reader of single lines, run by ONNX Runtime.

The model is the one that the system's package of a language holds (``vie``, fast); nothing of it is copied or changed. What
is not here is what Sohoa has of its own: page layout, dictionaries, a beam search by them.

    model_file -> network            once a process: the weights of a ``traineddata`` file as an ONNX graph
    line_image -> network -> letters -> reader      a line: crop, scale and level it; a network's step every three pixels; words
"""
